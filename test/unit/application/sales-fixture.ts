import { onTestFinished } from "vitest";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import type { BoardNotices } from "../../../src/application/ports/notices.js";
import type { SalesBoard } from "../../../src/application/ports/sales-board.js";
import type { SalesQueries } from "../../../src/application/ports/sales-queries.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { ReportedSale } from "../../../src/application/sales/record-sale.js";
import { openApplication } from "../../../src/bootstrap/open-application.js";
import { useCases } from "../../../src/bootstrap/use-cases.js";
import { businessDayAt, type TimeZone } from "../../../src/domain/business-day.js";
import type { EventOf } from "../../../src/domain/event.js";
import { boardOf, type SalesWindow, type WindowBoard } from "../../../src/domain/sales-window.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { openMemoryBoards } from "../../contract/sales-board/boards-under-test.js";
import { testPorts, testSettings, withPages } from "../../support/application.js";
import { openSqlBackends, type SqlBackend } from "../../support/backends.js";
import { standingClock } from "../../support/drop.js";
import { addProducts, money, product, productId } from "../../support/order.js";
import { saleId } from "../../support/sales-ledger.js";

const seoul = "Asia/Seoul" as TimeZone;
/** Noon of 2026-11-21 in Seoul. */
export const noonInSeoul = Date.UTC(2026, 10, 21, 3) as EpochMs;
export const at = (instant: string) => Date.parse(instant) as EpochMs;

/** A sale of one unit of `p` for 1,000, now, but for what is said. */
export const report = (id: string, facts: Partial<ReportedSale> = {}): ReportedSale => ({
  saleId: saleId(`shop:${id}`),
  productId: productId("p"),
  quantity: 1,
  unitPrice: money(1000),
  occurredAt: null,
  ...facts,
});
/** So many units of a product. */
export const sold = (id: string, of: string, quantity: number, facts: Partial<ReportedSale> = {}): ReportedSale =>
  report(id, { productId: productId(of), quantity, ...facts });

/** The same port, but for some of its methods. */
export const but = <Port extends object>(port: Port, methods: Partial<Port>): Port =>
  Object.assign(Object.create(port), methods);

type Options = {
  readonly backend?: SqlBackend["name"];
  readonly zone?: TimeZone;
  readonly now?: EpochMs;
  readonly products?: readonly string[];
  readonly pageSize?: number;
  readonly board?: (right: SalesBoard) => SalesBoard;
  readonly sales?: (right: SalesQueries) => SalesQueries;
};

/** The use cases of sales as they are wired, on boards in memory, and the bus played by hand. */
export const openSalesShop = async (options: Options = {}) => {
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
  const clock = standingClock(now);
  const under = openMemoryBoards();
  const announced: string[] = [];
  const notices: BoardNotices = { announce: (boards) => void announced.push(...boards), subscribe: () => () => {} };
  /** A node of its own on the same database and boards. */
  const openNode = (holder = "node", on = db) => {
    const ports = testPorts(on, clock);
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
  const house = openNode();
  const react = house.bookSales;
  /** What the outbox holds leaves it. */
  const takeEvents = async (): Promise<readonly EventOf<"product.sold">[]> => {
    const rows = await db.knex("outbox").orderBy("id");
    await db.knex("outbox").delete();
    return rows.map(({ payload }) => JSON.parse(payload));
  };
  return {
    ...{ db, again: opened.again, clock, under, announced, house, openNode, react, takeEvents },
    record: (...sales: readonly ReportedSale[]) => house.recordSale.execute(sales),
    /** Records sales, and delivers what they tell at once. */
    sell: async (...sales: readonly ReportedSale[]) => {
      await house.recordSale.execute(sales);
      await react.execute(await takeEvents());
    },
    board: (window: SalesWindow): WindowBoard => boardOf(window, businessDayAt(clock.now(), zone)),
    transact: <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => new SqlUnitOfWork(db, () => {}).run(work),
  };
};
export type SalesShop = Awaited<ReturnType<typeof openSalesShop>>;

/** `[product, quantity]` by rank; `null` where the board is cold. */
export const shown = async ({ under }: Pick<SalesShop, "under">, on: WindowBoard) =>
  (await under.board.top(on, 100))?.map(({ productId, quantity }) => [productId, quantity]) ?? null;
