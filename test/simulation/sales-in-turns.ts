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
import type { Turns } from "../support/turns.js";
import { nameOf, type Told } from "./sales-promises.js";

/** Known-wrong parts in place of the right ones. */
export type SalesTwins = {
  readonly table?: Partial<UseCaseTable>;
  /** The time zone in which sales are recorded. */
  readonly recordsIn?: TimeZone;
  readonly work?: (right: UnitOfWork, useCase: UseCaseName) => UnitOfWork;
  readonly sales?: (right: SalesQueries) => SalesQueries;
};

/** Products a page: few, so that fills and nights are interrupted between pages. */
export const pageSize = 2;

/** The same board, whose calls wait for their turns; one that is refused is Redis that is away. */
const boardInTurns = (turns: Turns, right: SalesBoard, told: Told): SalesBoard => {
  const raising: SalesBoard = Object.assign(Object.create(right), {
    raise: async (...[on, totals]: Parameters<SalesBoard["raise"]>) => {
      await right.raise(on, totals);
      for (const { productId, quantity } of totals) {
        const key = `${nameOf(on)} ${productId}`;
        told.set(key, Math.max(quantity, told.get(key) ?? 0));
      }
    },
  });
  const away = (error: unknown) => {
    throw isBackendUnavailable(error) ? new DomainError({ code: "engine-unavailable", engine: "redis" }) : error;
  };
  return new Proxy(turns.taken<SalesBoard>("board", raising), {
    get: (target, method) => {
      const call: unknown = Reflect.get(target, method);
      return typeof call === "function" ? (...asked: unknown[]) => call(...asked).catch(away) : call;
    },
  });
};

type Parts = {
  readonly db: Database;
  readonly board: SalesBoard;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly zone: TimeZone;
  readonly told: Told;
};

/** The application, each of whose calls to a backend waits for its turn, and one that reads without turns. */
export const openSalesInTurns = (
  turns: Turns,
  { db, board, bus, clock, zone, told }: Parts,
  twins: SalesTwins,
): { readonly application: Application; readonly reading: Application } => {
  const ports = { ...testPorts(db, clock), salesBoard: board };
  const settings = { ...testSettings, zone };
  const sales = turns.taken("sales", ports.sales);
  const inTurns = {
    ...ports,
    sales: twins.sales?.(sales) ?? sales,
    salesBoard: boardInTurns(turns, board, told),
    outboxRows: turns.taken("outbox", ports.outboxRows),
    bus: turns.taken("bus", bus),
  };
  const right = { ...useCases, recordSale: withOwn(useCases.recordSale, { zone: twins.recordsIn ?? zone }) };
  const table = withOwnEach({ ...withPages(right, pageSize), ...twins.table }, (name) => {
    const work = turns.taken(name, ports.work);
    return { work: twins.work?.(work, name) ?? work };
  });
  return {
    application: openApplication(inTurns, settings, table),
    reading: openApplication(ports, settings),
  };
};
