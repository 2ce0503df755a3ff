import type { Database } from "../../src/adapters/sql/database.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { BusinessDay } from "../../src/domain/business-day.js";
import type { ProductId, SaleId } from "../../src/domain/ids.js";
import type { Sale } from "../../src/domain/sale.js";
import type { WindowBoard } from "../../src/domain/sales-window.js";
import { noon } from "./drop.js";
import { money, productId } from "./order.js";

export const day = (text: string) => text as BusinessDay;
export const saleId = (id: string) => id as SaleId;

/** One unit of `p` for 1,000 at noon, but for what is said. */
export const sale = (id: string, facts: Partial<Sale> = {}): Sale => ({
  saleId: saleId(id),
  productId: productId("p"),
  quantity: 1,
  unitPrice: money(1000),
  occurredAt: noon,
  businessDay: day("2026-11-21"),
  ...facts,
});

/** Writes sales past the adapter whose work it is, not booked yet. */
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

/** Units and money by day and product. */
export type DaySums = Readonly<Record<string, readonly [quantity: number, revenue: number]>>;

const inOrder = <T>(sums: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What sales add up to, by `day product`, each at the price of the sale. */
export const daySumsOf = (sales: readonly Sale[]): DaySums => {
  const sums: Record<string, [number, number]> = {};
  for (const { businessDay, productId, quantity, unitPrice } of sales) {
    const key = `${businessDay} ${productId}`;
    const [units, revenue] = sums[key] ?? [0, 0];
    sums[key] = [units + quantity, revenue + quantity * unitPrice];
  }
  return inOrder(sums);
};

/** What the days' rows say, in the same shape; rows of nothing left out. */
export const daySumsIn = async (db: Database): Promise<DaySums> => {
  const rows = await db.knex("product_sales_daily").where("quantity", "<>", 0).orWhere("revenue", "<>", 0);
  const sums = rows.map((row) => [
    `${row.business_day} ${row.product_id}`,
    [Number(row.quantity), Number(row.revenue)] as const,
  ]);
  return inOrder(Object.fromEntries(sums));
};

/** Units by product, of some sales. */
export const totalsOf = (sales: readonly Pick<Sale, "productId" | "quantity">[]): Readonly<Record<string, number>> => {
  const totals: Record<string, number> = {};
  for (const { productId, quantity } of sales) totals[productId] = (totals[productId] ?? 0) + quantity;
  return inOrder(totals);
};

/** Units by product of all time, as their rows say. */
export const totalsIn = async (db: Database): Promise<Readonly<Record<string, number>>> => {
  const rows = await db.knex("product_sales_total");
  return inOrder(Object.fromEntries(rows.map((row) => [row.product_id, Number(row.quantity)])));
};

/** Every sale there is: the ledger. */
export const ledgerIn = async ({
  knex,
}: {
  readonly knex: (table: string) => ReturnType<Statements>;
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

/** The days of a board, counted here anew; `null`: all. */
const daysOf = ({ window, lastDay }: WindowBoard): ReadonlySet<string> | null => {
  if (window === "all") return null;
  const last = Date.parse(`${lastDay}T12:00:00Z`);
  return new Set(
    Array.from({ length: lengths[window] }, (_, n) => new Date(last - n * dayMs).toISOString().slice(0, 10)),
  );
};

/** A board as the sales have it: best sold first, the greater id before where they are equal. */
export const boardFrom = (sales: readonly Sale[], board: WindowBoard): readonly (readonly [ProductId, number])[] => {
  const days = daysOf(board);
  const within = sales.filter(({ businessDay }) => days === null || days.has(businessDay));
  return (Object.entries(totalsOf(within)) as [ProductId, number][]).sort(
    ([a, m], [b, n]) => n - m || Buffer.compare(Buffer.from(b), Buffer.from(a)),
  );
};
