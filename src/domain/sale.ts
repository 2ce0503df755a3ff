import { type BusinessDay, businessDayAt, type TimeZone } from "./business-day.js";
import { createEvent, type EventOf } from "./event.js";
import type { OrderId, ProductId, SaleId } from "./ids.js";
import type { Money } from "./money.js";
import type { OrderLine } from "./order.js";
import { type EpochMs, toInstant } from "./time.js";

/** Units of one product, sold once and for ever, at the price of the sale. */
export type Sale = {
  readonly saleId: SaleId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly occurredAt: EpochMs;
  readonly businessDay: BusinessDay;
};

/** The sales that a paid order is, one a line. */
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

/** Units and money of one product on one day; revenue by the price of each sale, before any discount. */
export type DayRow = { readonly productId: ProductId; readonly quantity: number; readonly revenue: number };

/** Where a board, or a day's row, disagreed with the sales. */
export type Drift = {
  readonly productId: ProductId;
  /** `null` where the day's board is not kept any more. */
  readonly board: number | null;
  /** What the sales add up to. */
  readonly sales: number;
};
