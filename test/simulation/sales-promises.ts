import type { Database } from "../../src/adapters/sql/database.js";
import type { ReportedSale } from "../../src/application/sales/record-sale.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import type { Sale } from "../../src/domain/sale.js";
import { boardBefore, boardOf, salesWindows, type WindowBoard } from "../../src/domain/sales-window.js";
import type { BoardsUnderTest } from "../contract/sales-board/boards-under-test.js";
import { boardFrom, daySumsIn, daySumsOf, totalsIn, totalsOf } from "../support/sales-data.js";

const text = (value: unknown): string => JSON.stringify(value);
/** A promise that does not hold, where what is differs from what is due. */
const unequal = (promise: string, found: unknown, due: unknown): readonly string[] =>
  text(found) === text(due) ? [] : [`${promise}: ${text(found)} instead of ${text(due)}`];

export const nameOf = ({ window, lastDay }: WindowBoard): string =>
  lastDay === null ? window : `${window} to ${lastDay}`;

/** The day that a wall calendar shows, told by other means than the service's. */
const calendarDay = (at: number, zone: TimeZone): string =>
  new Date(at).toLocaleDateString("sv-SE", { timeZone: zone });

/** Sales that nobody has reported like this, or that fell on another day. */
export const falseSales = (
  ledger: readonly Sale[],
  reported: ReadonlyMap<string, readonly ReportedSale[]>,
  zone: TimeZone,
): readonly string[] =>
  ledger.flatMap((sale) => {
    const asTold = reported
      .get(sale.saleId)
      ?.some(
        (told) =>
          told.productId === sale.productId &&
          told.quantity === sale.quantity &&
          told.unitPrice === sale.unitPrice &&
          (told.occurredAt === null || told.occurredAt === sale.occurredAt),
      );
    return [
      ...(asTold ? [] : [`D1 ledger: nobody reported ${text(sale)}`]),
      ...unequal(`D1 ledger: the day of ${sale.saleId}`, sale.businessDay, calendarDay(sale.occurredAt, zone)),
    ];
  });

/** Days, and all time, that are not what the ledger adds up to. */
export const falseSums = async (db: Database, ledger: readonly Sale[], when: string): Promise<readonly string[]> => [
  ...unequal(`D1 days ${when}`, await daySumsIn(db), daySumsOf(ledger)),
  ...unequal(`D1 all time ${when}`, await totalsIn(db), totalsOf(ledger)),
];

/** Days that are over, have sales, and no stamp. */
export const openDays = async (db: Database, ledger: readonly Sale[], today: string): Promise<readonly string[]> => {
  const stamped = new Set(await db.knex("closed_days").pluck("business_day"));
  const over = new Set(ledger.map(({ businessDay }) => businessDay).filter((each) => each < today));
  return [...over].filter((each) => !stamped.has(each)).map((each) => `D1 closed: ${each} is not`);
};

/** Boards that are cold, or not what the ledger adds up to within their days. */
export const falseBoards = async (
  { board }: BoardsUnderTest,
  kept: readonly WindowBoard[],
  ledger: readonly Sale[],
  when: string,
): Promise<readonly string[]> => {
  const tops = await Promise.all(kept.map((each) => board.top(each, 1000)));
  return kept.flatMap((each, n) => {
    const shown = tops[n]?.map(({ productId, quantity }) => [productId, quantity]) ?? "cold";
    return unequal(`S2 ${nameOf(each)} ${when}`, shown, boardFrom(ledger, each));
  });
};

/** What was brought to the boards: the greatest total by board and product. */
export type Told = Map<string, number>;

/**
 * Boards that may be read and show more than was ever sold, or less than they were told: half a board, or one that
 * has gone back.
 */
export const misledReaders = async (
  { board }: BoardsUnderTest,
  kept: readonly WindowBoard[],
  ledger: readonly Sale[],
  told: Told,
): Promise<readonly string[]> => {
  const tops = await Promise.all(kept.map((each) => board.top(each, 1000)));
  return kept.flatMap((each, n) => {
    const top = tops[n] ?? null;
    if (top === null) return [];
    const shown = new Map<string, number>(top.map(({ productId, quantity }) => [productId, quantity]));
    const due = new Map<string, number>(boardFrom(ledger, each));
    return [...new Set([...shown.keys(), ...due.keys()])].flatMap((id) => {
      const [score, most, least] = [shown.get(id) ?? 0, due.get(id) ?? 0, told.get(`${nameOf(each)} ${id}`) ?? 0];
      return score >= least && score <= most
        ? []
        : [`S2 ${nameOf(each)} shows ${score} of ${id}, told ${least}, sold ${most}`];
    });
  });
};

/** Lists that are not what the ledger says, with ranks, movement and all. */
export const falseLists = async (
  { listPopularProducts }: Pick<Application, "listPopularProducts">,
  ledger: readonly Sale[],
  today: Parameters<typeof boardOf>[1],
): Promise<readonly string[]> => {
  const broken = salesWindows.map(async (window) => {
    const board = boardOf(window, today);
    const earlier = boardBefore(board);
    const before = earlier && boardFrom(ledger, earlier).map(([id]) => id);
    const due = boardFrom(ledger, board).map(([id, quantity], index) => {
      const was = before?.indexOf(id) ?? -1;
      return [index + 1, id, quantity, before === null ? null : was < 0 ? "new" : was - index];
    });
    const { items } = await listPopularProducts.execute(window, 100);
    const shown = items.map(({ rank, productId, quantity, movement }) => [rank, productId, quantity, movement]);
    return unequal(`S2 list of ${window}`, shown, due);
  });
  return (await Promise.all(broken)).flat();
};

const tables = ["sales", "product_sales_daily", "product_sales_total", "closed_days", "day_drifts"] as const;

/** Empties what sales are written to. */
export const clearSales = async (db: Database): Promise<void> => {
  for (const table of [...tables, "outbox", "job_leases"]) await db.knex(table).delete();
};

/** Everything that is written of sales, as text; what is equal has not changed. */
export const everythingOf = async (db: Database): Promise<string> =>
  text(await Promise.all(tables.map(async (table) => [table, (await db.knex(table)).map(text).sort()])));
