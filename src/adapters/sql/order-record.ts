import type { OrderId, PaymentId, UserCouponId, UserId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import { type Order, orderExpiryOf, type PendingStep, pendingSince, type TimelineEntry } from "../../domain/order.js";
import type { CancelReason } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";

/** A row of `orders`. */
export type OrderRecord = {
  readonly order_id: OrderId;
  readonly user_id: UserId;
  readonly status: Order["status"];
  readonly step: PendingStep | null;
  readonly reason: CancelReason | null;
  readonly order_lines: string;
  readonly timeline: string;
  readonly user_coupon_id: UserCouponId | null;
  readonly subtotal: Money;
  readonly discount: Money;
  readonly open_payment_id: PaymentId | null;
  readonly payment_id: PaymentId | null;
  readonly placed_at: EpochMs;
  readonly expires_at: EpochMs;
  readonly due_at: EpochMs | null;
  readonly pending_since: EpochMs | null;
};

/** The columns, in the order of `recordOf`. The fixed ones never change. */
export const fixedColumns = [
  "order_id",
  "user_id",
  "order_lines",
  "user_coupon_id",
  "subtotal",
  "placed_at",
  "expires_at",
] as const;
export const changingColumns = [
  "status",
  "step",
  "reason",
  "timeline",
  "discount",
  "open_payment_id",
  "payment_id",
  "due_at",
  "pending_since",
] as const;

/** Returns the row of an order. Its keys are in the order of the columns, so `Object.values` returns their values. */
export const recordOf = (order: Order): OrderRecord => ({
  order_id: order.orderId,
  user_id: order.userId,
  order_lines: JSON.stringify(
    order.lines.map(({ productId, quantity, unitPrice }) => [productId, quantity, unitPrice]),
  ),
  user_coupon_id: order.userCouponId,
  subtotal: order.subtotal,
  placed_at: order.placedAt,
  expires_at: order.expiresAt,
  status: order.status,
  step: order.status === "pending" ? order.step : null,
  reason: order.status === "cancelled" ? order.reason : null,
  timeline: JSON.stringify(order.timeline.map(({ event, at }) => [event, at])),
  discount: order.discount,
  open_payment_id: order.status === "awaiting-payment" ? order.openPayment : null,
  payment_id: order.status === "confirmed" ? order.paymentId : null,
  due_at: orderExpiryOf(order),
  pending_since: pendingSince(order),
});

export const orderOf = (row: OrderRecord): Order => {
  const lines = JSON.parse(row.order_lines) as [Order["lines"][number]["productId"], number, Money][];
  const timeline = JSON.parse(row.timeline) as [TimelineEntry["event"], EpochMs][];
  const facts = {
    orderId: row.order_id,
    userId: row.user_id,
    lines: lines.map(([productId, quantity, unitPrice]) => ({ productId, quantity, unitPrice })),
    userCouponId: row.user_coupon_id,
    subtotal: row.subtotal,
    discount: row.discount,
    placedAt: row.placed_at,
    expiresAt: row.expires_at,
    timeline: timeline.map(([event, at]) => ({ event, at })),
  };
  switch (row.status) {
    case "pending":
      return { ...facts, status: "pending", step: row.step as PendingStep };
    case "awaiting-payment":
      return { ...facts, status: "awaiting-payment", openPayment: row.open_payment_id };
    case "confirmed":
      return { ...facts, status: "confirmed", paymentId: row.payment_id as PaymentId };
    case "cancelled":
      return { ...facts, status: "cancelled", reason: row.reason as CancelReason };
  }
};
