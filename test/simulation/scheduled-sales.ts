import type { Database } from "../../src/adapters/sql/database.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { SalesBoard } from "../../src/application/ports/sales-board.js";
import type { SalesQueries } from "../../src/application/ports/sales-queries.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type Application, openApplication } from "../../src/bootstrap/open-application.js";
import { type UseCaseTable, useCases } from "../../src/bootstrap/use-cases.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import { DomainError, isBackendUnavailable } from "../../src/domain/problem.js";
import { testPorts, testSettings, type UseCaseName, withOwn, withOwnEach, withPages } from "../support/application.js";
import { replaceMethods } from "../support/replace-methods.js";
import type { StepScheduler } from "../support/step-scheduler.js";
import { nameOf, type RaisedTotals } from "./sales-promises.js";

/** The parts that a negative control replaces by known-wrong ones. */
export type KnownWrongSales = {
  readonly table?: Partial<UseCaseTable>;
  /** The time zone in which sales are recorded. */
  readonly recordsIn?: TimeZone;
  readonly work?: (correct: UnitOfWork, useCase: UseCaseName) => UnitOfWork;
  readonly sales?: (correct: SalesQueries) => SalesQueries;
};

/** Products per page: few, so that fills and daily closes are interrupted between pages. */
export const pageSize = 2;

/** Schedules the calls of a board and records raised totals. An unavailable step means that Redis is unavailable. */
const scheduledBoard = (scheduler: StepScheduler, board: SalesBoard, raised: RaisedTotals): SalesBoard => {
  const recording = replaceMethods(board, {
    raise: async (...[on, totals]: Parameters<SalesBoard["raise"]>) => {
      await board.raise(on, totals);
      for (const { productId, quantity } of totals) {
        const key = `${nameOf(on)} ${productId}`;
        raised.set(key, Math.max(quantity, raised.get(key) ?? 0));
      }
    },
  });
  const asRedisError = (error: unknown) => {
    throw isBackendUnavailable(error) ? new DomainError({ code: "engine-unavailable", engine: "redis" }) : error;
  };
  return new Proxy(scheduler.scheduledPort<SalesBoard>("board", recording), {
    get: (target, method) => {
      const call: unknown = Reflect.get(target, method);
      return typeof call === "function" ? (...args: unknown[]) => call(...args).catch(asRedisError) : call;
    },
  });
};

type Parts = {
  readonly db: Database;
  readonly board: SalesBoard;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly zone: TimeZone;
  readonly raised: RaisedTotals;
};

/** Opens the application with every backend call scheduled, and a second one without scheduling for the last checks. */
export const openScheduledSales = (
  scheduler: StepScheduler,
  { db, board, bus, clock, zone, raised }: Parts,
  wrong: KnownWrongSales,
): { readonly application: Application; readonly unscheduled: Application } => {
  const ports = { ...testPorts(db, clock), salesBoard: board };
  const settings = { ...testSettings, zone };
  const sales = scheduler.scheduledPort("sales", ports.sales);
  const scheduledPorts = {
    ...ports,
    sales: wrong.sales?.(sales) ?? sales,
    salesBoard: scheduledBoard(scheduler, board, raised),
    outboxRows: scheduler.scheduledPort("outbox", ports.outboxRows),
    bus: scheduler.scheduledPort("bus", bus),
  };
  const correct = { ...useCases, recordSale: withOwn(useCases.recordSale, { zone: wrong.recordsIn ?? zone }) };
  const table = withOwnEach({ ...withPages(correct, pageSize), ...wrong.table }, (name) => {
    const work = scheduler.scheduledPort(name, ports.work);
    return { work: wrong.work?.(work, name) ?? work };
  });
  return {
    application: openApplication(scheduledPorts, settings, table),
    unscheduled: openApplication(ports, settings),
  };
};
