import type { Database } from "../../src/adapters/sql/database.js";
import type { BusinessDay } from "../../src/domain/business-day.js";
import type { ProductId, SaleId } from "../../src/domain/ids.js";
import type { Sale } from "../../src/domain/sale.js";
import type { WindowBoard } from "../../src/domain/sales-window.js";
import { noon } from "./coupon-data.js";
import { money, productId } from "./order-data.js";
import type { BuildableStatements } from "./table-work.js";

export const day = (text: string) => text as BusinessDay;
export const saleId = (id: string) => id as SaleId;

/** A sale of one unit of `p` for 1,000 at noon, unless `facts` says otherwise. */
export const sale = (id: string, facts: Partial<Sale> = {}): Sale => ({
  saleId: saleId(id),
  productId: productId("p"),
  quantity: 1,
  unitPrice: money(1000),
  occurredAt: noon,
  businessDay: day("2026-11-21"),
  ...facts,
});

/** Sales of one product at the greatest quantity and price, and two smaller ones: their revenue is 2⁵³ + 1. */
export const salesAbove2To53 = (id: string): readonly Sale[] => {
  const of = (n: number, quantity: number, unitPrice: number) =>
    sale(`shop:${n}`, { productId: productId(id), quantity, unitPrice: money(unitPrice) });
  const largest = Array.from({ length: 9007 }, (_, n) => of(n, 1000, 1_000_000_000));
  return [...largest, of(9007, 199, 1_000_000_000), of(9008, 1, 254_740_993)];
};

/** Inserts unbooked sales without the adapter under test. */
export const writeSales = async (db: Database, ...sales: readonly Sale[]): Promise<void> => {
  const rows = sales.map((each) => ({
    sale_id: each.saleId,
    product_id: each.productId,
    quantity: each.quantity,
    unit_price: each.unitPrice,
    occurred_at: each.occurredAt,
    business_day: each.businessDay,
  }));
  await db.knex.batchInsert("sales", rows, 500);
};

/** Units and revenue by `<day> <product>`. */
export type DaySums = Readonly<Record<string, readonly [quantity: number, revenue: bigint]>>;

const inOrder = <T>(sums: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Sums sales by day and product, each at its own price. */
export const daySumsOf = (sales: readonly Sale[]): DaySums => {
  const sums: Record<string, [number, bigint]> = {};
  for (const { businessDay, productId, quantity, unitPrice } of sales) {
    const key = `${businessDay} ${productId}`;
    const [units, revenue] = sums[key] ?? [0, 0n];
    sums[key] = [units + quantity, revenue + BigInt(quantity * unitPrice)];
  }
  return inOrder(sums);
};

/** Reads the daily totals. Rows of 0 are left out. */
export const daySumsIn = async (db: Database): Promise<DaySums> => {
  const rows = await db
    .knex("product_sales_daily")
    .select("business_day", "product_id", "quantity", db.knex.raw("CAST(revenue AS CHAR) AS revenue"))
    .where("quantity", "<>", 0)
    .orWhere("revenue", "<>", 0);
  const sums = rows.map((row) => [
    `${row.business_day} ${row.product_id}`,
    [Number(row.quantity), BigInt(row.revenue)] as const,
  ]);
  return inOrder(Object.fromEntries(sums));
};

/** Sums the units of sales by product. */
export const totalsOf = (sales: readonly Pick<Sale, "productId" | "quantity">[]): Readonly<Record<string, number>> => {
  const totals: Record<string, number> = {};
  for (const { productId, quantity } of sales) totals[productId] = (totals[productId] ?? 0) + quantity;
  return inOrder(totals);
};

/** Reads the all-time totals. */
export const totalsIn = async (db: Database): Promise<Readonly<Record<string, number>>> => {
  const rows = await db.knex("product_sales_total");
  return inOrder(Object.fromEntries(rows.map((row) => [row.product_id, Number(row.quantity)])));
};

/** Reads all sales. */
export const salesIn = async ({
  knex,
}: {
  readonly knex: (table: string) => ReturnType<BuildableStatements>;
}): Promise<readonly Sale[]> =>
  (await knex("sales").orderBy("sale_id")).map((row) => ({
    saleId: row.sale_id,
    productId: row.product_id,
    quantity: row.quantity,
    unitPrice: row.unit_price,
    occurredAt: Number(row.occurred_at),
    businessDay: row.business_day,
  })) as Sale[];

const dayMs = 86_400_000;
const lengths = { "1d": 1, "3d": 3, "7d": 7, "30d": 30 } as const;

/** Lists the days of a board without the code under test. `null`: all days. */
const daysOf = ({ window, lastDay }: WindowBoard): ReadonlySet<string> | null => {
  if (window === "all") return null;
  const last = Date.parse(`${lastDay}T12:00:00Z`);
  return new Set(
    Array.from({ length: lengths[window] }, (_, n) => new Date(last - n * dayMs).toISOString().slice(0, 10)),
  );
};

/** Computes a board from sales: best seller first; of equal quantities the greater id first. */
export const boardFrom = (sales: readonly Sale[], board: WindowBoard): readonly (readonly [ProductId, number])[] => {
  const days = daysOf(board);
  const within = sales.filter(({ businessDay }) => days === null || days.has(businessDay));
  return (Object.entries(totalsOf(within)) as [ProductId, number][]).sort(
    ([a, m], [b, n]) => n - m || Buffer.compare(Buffer.from(b), Buffer.from(a)),
  );
};
