import type { Database } from "../../src/adapters/sql/database.js";
import { SqlOutboxRows } from "../../src/adapters/sql/sql-outbox-rows.js";
import { SqlProductQueries } from "../../src/adapters/sql/sql-product-queries.js";
import { SqlSalesQueries } from "../../src/adapters/sql/sql-sales-queries.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { RelayOutbox } from "../../src/application/outbox/relay-outbox.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { SalesBoard } from "../../src/application/ports/sales-board.js";
import type { SalesQueries } from "../../src/application/ports/sales-queries.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import { DomainError, isBackendUnavailable } from "../../src/domain/problem.js";
import { type AlteredSales, openSalesHouse, type SalesHouse, type SalesWorker } from "../support/sales-house.js";
import type { Turns } from "../support/turns.js";
import { nameOf, type Told } from "./sales-promises.js";

/** What of the house is swapped for a twin without its guard. */
export type SalesTwins = AlteredSales & {
  readonly work?: (right: UnitOfWork, worker: SalesWorker) => UnitOfWork;
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
      const call = Reflect.get(target, method);
      return (...asked: unknown[]) => call(...asked).catch(away);
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

/** The use cases of sales, whose every engine call waits for its turn; and those that read when all is over. */
export const openSalesInTurns = (
  turns: Turns,
  { db, board, bus, clock, zone, told }: Parts,
  twins: SalesTwins,
): { readonly house: SalesHouse; readonly relay: RelayOutbox; readonly reading: SalesHouse } => {
  const work = new SqlUnitOfWork(db, () => {});
  const queries = new SqlSalesQueries(db);
  const parts = { products: new SqlProductQueries(db), clock, zone, pageSize };
  const workInTurns = (worker: SalesWorker) => {
    const taken = turns.taken<UnitOfWork>(worker, work);
    return twins.work?.(taken, worker) ?? taken;
  };
  const sales = turns.taken<SalesQueries>("sales", queries);
  return {
    house: openSalesHouse(
      { ...parts, work: workInTurns, sales: twins.sales?.(sales) ?? sales, board: boardInTurns(turns, board, told) },
      twins,
    ),
    relay: new RelayOutbox(
      turns.taken<OutboxRows>("outbox", new SqlOutboxRows(db, clock)),
      turns.taken<EventBus>("bus", bus),
    ),
    reading: openSalesHouse({ ...parts, work: () => work, sales: queries, board }),
  };
};
