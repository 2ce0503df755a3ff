import { type BusinessDay, businessDayAt, type TimeZone } from "./business-day.js";
import { createEvent, type EventOf } from "./event.js";
import type { OrderId, ProductId, SaleId } from "./ids.js";
import type { Money } from "./money.js";
import type { OrderLine } from "./order-items.js";
import { type EpochMs, toInstant } from "./time.js";

/** Units of one product, sold at the price of the sale. A sale id counts once, forever. */
export type Sale = {
  readonly saleId: SaleId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly occurredAt: EpochMs;
  readonly businessDay: BusinessDay;
};

/** Converts the lines of a paid order to sales, one sale per line. */
export const salesOf = (
  orderId: OrderId,
  lines: readonly OrderLine[],
  occurredAt: EpochMs,
  zone: TimeZone,
): readonly Sale[] =>
  lines.map((line) => ({
    ...line,
    saleId: `order:${orderId}:${line.productId}` as SaleId,
    occurredAt,
    businessDay: businessDayAt(occurredAt, zone),
  }));

/** The event of a sale that is committed and not yet booked. */
export const productSold = (sale: Sale, at: EpochMs): EventOf<"product.sold"> =>
  createEvent("product.sold", { ...sale, occurredAt: toInstant(sale.occurredAt) }, at);

/**
 * Units and revenue of one product on one day. Revenue uses the price of each sale, before any discount. Units stay below
 * 2⁵³, because 9 million million sales are needed to reach it. Revenue does not, so it is a bigint.
 */
export type DayRow = { readonly productId: ProductId; readonly quantity: number; readonly revenue: bigint };

/** What a batch of sales adds to the daily and to the all-time totals. */
export type Booking = {
  readonly days: readonly (DayRow & { readonly businessDay: BusinessDay })[];
  readonly totals: readonly { readonly productId: ProductId; readonly quantity: number }[];
};

/** Sums sales. Each sum is in key order, so that two batches lock the rows of their totals in the same order. */
export const bookingOf = (sales: readonly Sale[]): Booking => {
  const days = new Map<string, Booking["days"][number]>();
  const totals = new Map<string, Booking["totals"][number]>();
  for (const { productId, businessDay, quantity, unitPrice } of sales) {
    const key = `${productId} ${businessDay}`;
    const day = days.get(key) ?? { productId, businessDay, quantity: 0, revenue: 0n };
    days.set(key, { ...day, quantity: day.quantity + quantity, revenue: day.revenue + BigInt(quantity * unitPrice) });
    totals.set(productId, { productId, quantity: (totals.get(productId)?.quantity ?? 0) + quantity });
  }
  const inKeyOrder = <Sum>(sums: ReadonlyMap<string, Sum>) =>
    [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  return { days: inKeyOrder(days), totals: inKeyOrder(totals) };
};

/** A product whose day row or score on the day's board differed from its sales. */
export type Drift = {
  readonly productId: ProductId;
  /** The score on the day's board. `null` if that board could not be read, for example because it is no longer kept. */
  readonly board: number | null;
  /** The sum of the day's sales. */
  readonly sales: number;
};

/** What the database and the day's board hold for some products of one day. */
export type DayPage = {
  readonly productIds: readonly ProductId[];
  /** The sums of the booked sales, for products that have any. */
  readonly sums: readonly DayRow[];
  readonly rows: readonly DayRow[];
  /** The scores on the day's board. `null` if that board could not be read. */
  readonly scores: ReadonlyMap<ProductId, number> | null;
};

/** Compares day rows and scores with the sales. Returns the rows to write and the drift, in the order of `productIds`. */
export const compareDay = ({ productIds, sums, rows, scores }: DayPage) => {
  const sumOf = new Map(sums.map((sum) => [sum.productId, sum]));
  const rowOf = new Map(rows.map((row) => [row.productId, row]));
  const corrections: DayRow[] = [];
  const drift: Drift[] = [];
  for (const productId of productIds) {
    const sum = sumOf.get(productId) ?? { productId, quantity: 0, revenue: 0n };
    const row = rowOf.get(productId);
    const isRowCorrect = row?.quantity === sum.quantity && row.revenue === sum.revenue;
    if (!isRowCorrect) corrections.push(sum);
    const board = scores === null ? null : (scores.get(productId) ?? 0);
    if (!isRowCorrect || (board !== null && board !== sum.quantity))
      drift.push({ productId, board, sales: sum.quantity });
  }
  return { corrections, drift };
};
