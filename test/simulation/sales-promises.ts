import type { Database } from "../../src/adapters/sql/database.js";
import type { ReportedSale } from "../../src/application/sales/record-sale.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import type { Sale } from "../../src/domain/sale.js";
import { boardBefore, boardOf, salesWindows, type WindowBoard } from "../../src/domain/sales-window.js";
import type { BoardsUnderTest } from "../contract/sales-board/boards-under-test.js";
import { boardFrom, daySumsIn, daySumsOf, totalsIn, totalsOf } from "../support/sales-data.js";

const text = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));
/** Returns a line for the promise if the values differ. */
const unequal = (promise: string, actual: unknown, expected: unknown): readonly string[] =>
  text(actual) === text(expected) ? [] : [`${promise}: ${text(actual)} instead of ${text(expected)}`];

export const nameOf = ({ window, lastDay }: WindowBoard): string =>
  lastDay === null ? window : `${window} to ${lastDay}`;

/** Returns the date in the zone, computed independently of the service's code. */
const calendarDay = (at: number, zone: TimeZone): string =>
  new Date(at).toLocaleDateString("sv-SE", { timeZone: zone });

/** Returns a line for each sale that was not reported like this or has the wrong business day. */
export const wrongSales = (
  ledger: readonly Sale[],
  reported: ReadonlyMap<string, readonly ReportedSale[]>,
  zone: TimeZone,
): readonly string[] =>
  ledger.flatMap((sale) => {
    const isReported = reported
      .get(sale.saleId)
      ?.some(
        (report) =>
          report.productId === sale.productId &&
          report.quantity === sale.quantity &&
          report.unitPrice === sale.unitPrice &&
          (report.occurredAt === null || report.occurredAt === sale.occurredAt),
      );
    return [
      ...(isReported ? [] : [`D1 ledger: not reported: ${text(sale)}`]),
      ...unequal(`D1 ledger: the day of ${sale.saleId}`, sale.businessDay, calendarDay(sale.occurredAt, zone)),
    ];
  });

/** Returns a line for each daily or all-time total that differs from the sum of the ledger. */
export const wrongSums = async (db: Database, ledger: readonly Sale[], when: string): Promise<readonly string[]> => [
  ...unequal(`D1 days ${when}`, await daySumsIn(db), daySumsOf(ledger)),
  ...unequal(`D1 all time ${when}`, await totalsIn(db), totalsOf(ledger)),
];

/** Returns a line for each past day with sales that is not closed. */
export const openDays = async (db: Database, ledger: readonly Sale[], today: string): Promise<readonly string[]> => {
  const closed = new Set(await db.knex("closed_days").pluck("business_day"));
  const pastDays = new Set(ledger.map(({ businessDay }) => businessDay).filter((each) => each < today));
  return [...pastDays].filter((each) => !closed.has(each)).map((each) => `D1 not closed: ${each}`);
};

/** Returns a line for each board that is cold or differs from the ledger. */
export const wrongBoards = async (
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

/** The greatest total that was raised, by board and product. */
export type RaisedTotals = Map<string, number>;

/**
 * Returns a line for each score that readers see and that is above the sold quantity or below a raised total: the board
 * is incomplete, or a score was lowered.
 */
export const wrongReads = async (
  { board }: BoardsUnderTest,
  kept: readonly WindowBoard[],
  ledger: readonly Sale[],
  raised: RaisedTotals,
): Promise<readonly string[]> => {
  const tops = await Promise.all(kept.map((each) => board.top(each, 1000)));
  return kept.flatMap((each, n) => {
    const top = tops[n] ?? null;
    if (top === null) return [];
    const shown = new Map<string, number>(top.map(({ productId, quantity }) => [productId, quantity]));
    const sold = new Map<string, number>(boardFrom(ledger, each));
    return [...new Set([...shown.keys(), ...sold.keys()])].flatMap((id) => {
      const [score, max, min] = [shown.get(id) ?? 0, sold.get(id) ?? 0, raised.get(`${nameOf(each)} ${id}`) ?? 0];
      return score >= min && score <= max
        ? []
        : [`S2 ${nameOf(each)} shows ${score} of ${id}, raised to ${min}, sold ${max}`];
    });
  });
};

/** Returns a line for each list whose ranks, quantities or movements differ from the ledger. */
export const wrongLists = async (
  { listPopularProducts }: Pick<Application, "listPopularProducts">,
  ledger: readonly Sale[],
  today: Parameters<typeof boardOf>[1],
): Promise<readonly string[]> => {
  const wrong = salesWindows.map(async (window) => {
    const board = boardOf(window, today);
    const previousBoard = boardBefore(board);
    const previousIds = previousBoard && boardFrom(ledger, previousBoard).map(([id]) => id);
    const expected = boardFrom(ledger, board).map(([id, quantity], index) => {
      const previousIndex = previousIds?.indexOf(id) ?? -1;
      const movement = previousIndex < 0 ? "new" : previousIndex - index;
      return [index + 1, id, quantity, previousIds === null ? null : movement];
    });
    const { items } = await listPopularProducts.execute(window, 100);
    const shown = items.map(({ rank, productId, quantity, movement }) => [rank, productId, quantity, movement]);
    return unequal(`S2 list of ${window}`, shown, expected);
  });
  return (await Promise.all(wrong)).flat();
};

const tables = ["sales", "product_sales_daily", "product_sales_total", "closed_days", "day_drifts"] as const;

/** Deletes all rows of sales. */
export const clearSales = async (db: Database): Promise<void> => {
  for (const table of [...tables, "outbox", "job_leases"]) await db.knex(table).delete();
};

/** Returns all rows of sales as text, to check that nothing has changed. */
export const allSalesRows = async (db: Database): Promise<string> =>
  text(await Promise.all(tables.map(async (table) => [table, (await db.knex(table)).map(text).sort()])));
