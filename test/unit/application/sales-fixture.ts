import { onTestFinished } from "vitest";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import type { Clock } from "../../../src/application/ports/clock.js";
import type { BoardNotices } from "../../../src/application/ports/notices.js";
import type { SalesBoard } from "../../../src/application/ports/sales-board.js";
import type { SalesQueries } from "../../../src/application/ports/sales-queries.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { ReportedSale } from "../../../src/application/sales/record-sale.js";
import { openApplication } from "../../../src/bootstrap/open-application.js";
import { useCases } from "../../../src/bootstrap/use-cases.js";
import type { Backend } from "../../../src/domain/backend-fault.js";
import { businessDayAt, type TimeZone } from "../../../src/domain/business-day.js";
import type { EventOf } from "../../../src/domain/event.js";
import { DomainError } from "../../../src/domain/problem.js";
import { boardOf, type SalesWindow, type WindowBoard } from "../../../src/domain/sales-window.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { openMemoryBoards } from "../../contract/sales-board/boards-under-test.js";
import { testPorts, testSettings, withPages } from "../../support/application.js";
import { openSqlBackends, type SqlBackend } from "../../support/backends.js";
import { manualClock } from "../../support/coupon-data.js";
import { addProducts, money, product, productId } from "../../support/order-data.js";
import { saleId } from "../../support/sales-data.js";

export const seoul = "Asia/Seoul" as TimeZone;
/** Noon of 2026-11-21 in Seoul. */
export const noonInSeoul = Date.UTC(2026, 10, 21, 3) as EpochMs;
export const at = (instant: string) => Date.parse(instant) as EpochMs;

/** A sale of one unit of `p` for 1,000, now, unless `facts` says otherwise. */
export const report = (id: string, facts: Partial<ReportedSale> = {}): ReportedSale => ({
  saleId: saleId(`shop:${id}`),
  productId: productId("p"),
  quantity: 1,
  unitPrice: money(1000),
  occurredAt: null,
  ...facts,
});
/** A sale of `quantity` units of a product. */
export const sold = (id: string, of: string, quantity: number, facts: Partial<ReportedSale> = {}): ReportedSale =>
  report(id, { productId: productId(of), quantity, ...facts });

/** A method of a port whose backend is unavailable. */
export const unavailable = (backend: Backend) => async (): Promise<never> => {
  throw new DomainError({ code: "engine-unavailable", engine: backend });
};

type Options = {
  readonly backend?: SqlBackend["name"];
  readonly zone?: TimeZone;
  readonly now?: EpochMs;
  readonly products?: readonly string[];
  readonly pageSize?: number;
  readonly board?: (correct: SalesBoard) => SalesBoard;
  readonly sales?: (correct: SalesQueries) => SalesQueries;
};

/** Opens a database with products, memory boards and the use cases of sales. The test delivers the events itself. */
export const openSalesFixture = async (options: Options = {}) => {
  const {
    backend = "sqlite memory",
    zone = seoul,
    now = noonInSeoul,
    products = ["p", "q"],
    pageSize = 2000,
  } = options;
  const opened = await openSqlBackends()
    .find(({ name }) => name === backend)
    ?.open();
  if (opened === undefined) throw new Error(`no ${backend}`);
  onTestFinished(opened.close);
  const { db } = opened;
  await addProducts(db, 0, ...products.map((id) => product(id)));
  const clock = manualClock(now);
  const under = openMemoryBoards();
  const announced: string[] = [];
  const notices: BoardNotices = { announce: (boards) => void announced.push(...boards), subscribe: () => () => {} };
  /** Opens the application as one node. All nodes share the database and the boards. */
  const openNode = (holder = "node", on = db, nodeClock: Clock = clock) => {
    const ports = testPorts(on, nodeClock);
    return openApplication(
      {
        ...ports,
        work: new SqlUnitOfWork(on, () => {}, holder),
        sales: options.sales?.(ports.sales) ?? ports.sales,
        salesBoard: options.board?.(under.board) ?? under.board,
        boardNotices: notices,
      },
      { ...testSettings, zone },
      withPages(useCases, pageSize),
    );
  };
  const application = openNode();
  /** Removes all events from the outbox and returns them. */
  const takeEvents = async (): Promise<readonly EventOf<"product.sold">[]> => {
    const rows = await db.knex("outbox").orderBy("id");
    await db.knex("outbox").delete();
    return rows.map(({ payload }) => JSON.parse(payload));
  };
  return {
    ...application,
    ...{ db, again: opened.again, clock, under, announced, openNode, takeEvents },
    record: (...sales: readonly ReportedSale[]) => application.recordSale.execute(sales),
    /** Records sales and delivers their events immediately. */
    sell: async (...sales: readonly ReportedSale[]) => {
      await application.recordSale.execute(sales);
      await application.bookSales.execute(await takeEvents());
    },
    boardNow: (window: SalesWindow): WindowBoard => boardOf(window, businessDayAt(clock.now(), zone)),
    transact: <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => new SqlUnitOfWork(db, () => {}).run(work),
  };
};
export type SalesFixture = Awaited<ReturnType<typeof openSalesFixture>>;

/** Reads a board as `[product, quantity]` by rank, or `null` if it is cold. */
export const shown = async ({ under }: Pick<SalesFixture, "under">, on: WindowBoard) =>
  (await under.board.top(on, 100))?.map(({ productId, quantity }) => [productId, quantity]) ?? null;
