import type { Database } from "../../../src/adapters/sql/database.js";
import { type BusinessDay, plusDays } from "../../../src/domain/business-day.js";
import type { ProductId } from "../../../src/domain/ids.js";
import type { Sale } from "../../../src/domain/sale.js";
import { boardOf, keptBoards, raisedBoards, salesWindows } from "../../../src/domain/sales-window.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { seoul } from "../../support/concert-data.js";
import { noon } from "../../support/coupon-data.js";
import { productId } from "../../support/order-data.js";
import { day, sale, writeSales } from "../../support/sales-data.js";
import { workOn } from "../../support/table-work.js";

export const today = day("2026-11-21");
export const ago = (days: number) => plusDays(today, -days);

/** Inserts sales and books them. */
export const sell = async (db: Database, ...sales: readonly Sale[]) => {
  await writeSales(db, ...sales);
  await workOn(db).run((tx) => tx.sales.book(sales));
};
export const recordClosed = (db: Database, ...days: readonly BusinessDay[]) =>
  workOn(db).run(async (tx) => {
    for (const each of days) await tx.sales.recordClosedDay(each, noon);
  });
let sold = 0;
/** A sale of `quantity` units, `daysAgo` days ago. */
export const units = (id: string, quantity: number, daysAgo = 0) =>
  sale(`shop:${String(sold++).padStart(6, "0")}`, { productId: productId(id), quantity, businessDay: ago(daysAgo) });

/** Sales on the first and last days of all windows. Their order by id differs from their order by quantity. */
export const spread = () => [
  ...[0, 1, 2, 3, 6, 7, 29, 30, 31, 400].map((days, n) => units("a", 2 ** n, days)),
  ...[1, 2, 3, 4, 8, 30].map((days) => units("B", 3, days)),
  ...[units("_", 1), units("-", 1), units("b", 1, 2), units("Z9", 1, 2), units("c", 70, 40), units("d", 5, -1)],
];
/** 23:30 in Seoul: the boards of yesterday, today and tomorrow are kept. */
const lateEvening = Date.UTC(2026, 10, 21, 14, 30) as EpochMs;
export const kept = keptBoards(lateEvening, seoul);
export const boardsRaisedFor = (soldOn: BusinessDay) => raisedBoards(new Set([soldOn]), lateEvening, seoul);
export const allBoards = [...kept, ...salesWindows.map((window) => boardOf(window, ago(30)))];
export const ids = (...some: readonly string[]) => some.map(productId);
export const pairs = (totals: readonly { readonly productId: ProductId; readonly quantity: number }[]) =>
  totals.map(({ productId, quantity }) => [productId, quantity] as const);

/** Counts the queries that `read` sends. */
export const queriesIn = async (db: Database, read: () => Promise<unknown>): Promise<number> => {
  let count = 0;
  const increment = () => {
    count += 1;
  };
  db.knex.on("query", increment);
  await read();
  db.knex.removeListener("query", increment);
  return count;
};

/** Inserts the totals of products that were sold on each of the days. Product n sold n % 1000 units per day. */
export const fillSums = async (db: Database, products: number, days: readonly BusinessDay[]) => {
  const rows = (from: number) =>
    Array.from({ length: Math.min(5000, products - from) }, (_, n) => [
      `p${String(from + n).padStart(6, "0")}`,
      (from + n) % 1000,
    ]);
  for (let from = 0; from < products; from += 5000) {
    const values = (each: (id: string, quantity: number) => string) =>
      rows(from)
        .map(([id, quantity]) => each(String(id), Number(quantity)))
        .join(", ");
    await db.knex.raw(
      `INSERT INTO product_sales_total (product_id, quantity) VALUES ${values((id, n) => `('${id}', ${n * days.length})`)}`,
    );
    for (const on of days)
      await db.knex.raw(
        `INSERT INTO product_sales_daily (product_id, business_day, quantity, revenue) VALUES ${values((id, n) => `('${id}', '${on}', ${n}, 0)`)}`,
      );
  }
};
