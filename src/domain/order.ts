import type { Discount } from "./coupon.js";
import type { EventOf, OrderEventType } from "./event.js";
import type { OrderId, PaymentId, UserCouponId, UserId } from "./ids.js";
import { greatestMoney, type Money, totalOf } from "./money.js";
import { orderEvent } from "./order-event.js";
import { discountOn, type OrderItem, type OrderLine } from "./order-items.js";
import { DomainError } from "./problem.js";
import type { CancelReason } from "./reasons.js";
import { type EpochMs, toInstant } from "./time.js";

export type TimelineEntry = { readonly event: OrderEventType; readonly at: EpochMs };

type OrderFacts = {
  readonly orderId: OrderId;
  readonly userId: UserId;
  /** One line per product, in product order. */
  readonly lines: readonly OrderLine[];
  readonly userCouponId: UserCouponId | null;
  readonly subtotal: Money;
  /** 0 until the order is priced. */
  readonly discount: Money;
  readonly placedAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** The order's events, oldest first. Its length is the order's version. */
  readonly timeline: readonly TimelineEntry[];
};

/** The last step of a pending order. */
export type PendingStep = "placed" | "stock-refused" | "stocked" | "coupon-refused" | "redeemed";
export type PendingOrder = OrderFacts & { readonly status: "pending"; readonly step: PendingStep };
export type PayableOrder = OrderFacts & {
  readonly status: "awaiting-payment";
  /** The mark of the open payment. While it is set, no other payment, no expiry and no cancellation is possible. */
  readonly openPayment: PaymentId | null;
};
export type ConfirmedOrder = OrderFacts & { readonly status: "confirmed"; readonly paymentId: PaymentId };
export type CancelledOrder = OrderFacts & { readonly status: "cancelled"; readonly reason: CancelReason };
export type Order = PendingOrder | PayableOrder | ConfirmedOrder | CancelledOrder;

/** An order after a step, and the step's events: none if the step was done before or is too late. */
export type OrderChange = { readonly order: Order; readonly events: readonly EventOf<OrderEventType>[] };

const unchanged = (order: Order): OrderChange => ({ order, events: [] });

const withEvent = (order: Order, event: OrderEventType, at: EpochMs): OrderChange => {
  const next = { ...order, timeline: [...order.timeline, { event, at }] };
  return { order: next, events: [orderEvent(event, next, at)] };
};

/** Returns the fields of every order, without those of its status. */
const factsOf = (order: Order): OrderFacts => {
  const { orderId, userId, lines, userCouponId, subtotal, discount, placedAt, expiresAt, timeline } = order;
  return { orderId, userId, lines, userCouponId, subtotal, discount, placedAt, expiresAt, timeline };
};

const impossible = (order: Order, step: string): never => {
  const from = order.status === "pending" ? `${order.status}, ${order.step}` : order.status;
  throw new DomainError({ code: "impossible-transition", from, step });
};

/** Creates an order. @throws DomainError `order-too-large` if its subtotal is above `greatestMoney` */
export const place = (
  facts: Pick<OrderFacts, "orderId" | "userId" | "lines" | "userCouponId" | "expiresAt">,
  now: EpochMs,
): OrderChange => {
  const subtotal = facts.lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0) as Money;
  if (subtotal > greatestMoney) throw new DomainError({ code: "order-too-large", subtotal, greatest: greatestMoney });
  const order: Order = {
    ...facts,
    subtotal,
    discount: 0 as Money,
    placedAt: now,
    timeline: [],
    status: "pending",
    step: "placed",
  };
  return withEvent(order, "order.placed", now);
};

/** Returns whether a request asks for the same order. @param items as `mergeItems` returns them */
export const sameOrder = (order: Order, items: readonly OrderItem[], userCouponId: UserCouponId | null): boolean =>
  order.userCouponId === userCouponId &&
  order.lines.length === items.length &&
  order.lines.every(
    ({ productId, quantity }, n) => productId === items[n]?.productId && quantity === items[n].quantity,
  );

/** Returns whether `reserve` is the next step. */
export const awaitsStock = (order: Order): boolean => order.status === "pending" && order.step === "placed";

/** Records whether the stock of all lines was reserved. */
export const reserve = (order: Order, enough: boolean, now: EpochMs): OrderChange => {
  if (order.status !== "pending" || order.step !== "placed") return unchanged(order);
  return enough
    ? withEvent({ ...order, step: "stocked" }, "stock.reserved", now)
    : withEvent({ ...order, step: "stock-refused" }, "stock.refused", now);
};

/** Returns the coupon if `redeem` is the next step, else `null`. */
export const awaitsCoupon = (order: Order): UserCouponId | null =>
  order.status === "pending" && order.step === "stocked" ? order.userCouponId : null;

/** Records whether the coupon was redeemed. @throws DomainError `impossible-transition` before the stock is reserved */
export const redeem = (order: Order, redeemed: boolean, now: EpochMs): OrderChange => {
  if (order.status === "pending" && (order.step === "placed" || order.step === "stock-refused"))
    return impossible(order, "redeem");
  if (order.status !== "pending" || awaitsCoupon(order) === null) return unchanged(order);
  return redeemed
    ? withEvent({ ...order, step: "redeemed" }, "coupon.redeemed", now)
    : withEvent({ ...order, step: "coupon-refused" }, "coupon.redemption-refused", now);
};

/** Returns whether `price` is the next step: stock is reserved, and the coupon, if any, is redeemed. */
export const awaitsPrice = (order: Order): boolean =>
  order.status === "pending" &&
  (order.step === "redeemed" || (order.step === "stocked" && order.userCouponId === null));

/**
 * Prices the order, so that it awaits payment.
 * @param discount of the redeemed coupon
 * @throws DomainError `impossible-transition` before the stock is reserved
 */
export const price = (order: Order, discount: Discount | null, now: EpochMs): OrderChange => {
  if (order.status === "pending" && (order.step === "placed" || order.step === "stock-refused"))
    return impossible(order, "price");
  if (order.status !== "pending" || !awaitsPrice(order)) return unchanged(order);
  const amount = discount === null ? (0 as Money) : discountOn(order.subtotal, discount);
  return withEvent(
    { ...factsOf(order), discount: amount, status: "awaiting-payment", openPayment: null },
    "order.priced",
    now,
  );
};

/** Cancels the order, unless it has ended or has an open payment. */
export const cancel = (order: Order, reason: CancelReason, now: EpochMs): OrderChange => {
  if (order.status === "confirmed" || order.status === "cancelled") return unchanged(order);
  if (order.status === "awaiting-payment" && order.openPayment !== null) return unchanged(order);
  return withEvent({ ...factsOf(order), status: "cancelled", reason }, "order.cancelled", now);
};

/** Returns whether stock is reserved for the order. */
export const holdsStock = (order: Order): boolean =>
  order.status === "awaiting-payment" ||
  (order.status === "pending" && order.step !== "placed" && order.step !== "stock-refused");

/**
 * Sets the mark of a payment on the order.
 * @throws DomainError `already-paid`, `order-not-payable`, `payment-in-progress`, `amount-mismatch`
 */
export const startPayment = (order: Order, paymentId: PaymentId, amount: Money, now: EpochMs): PayableOrder => {
  const { orderId } = order;
  if (order.status === "confirmed") throw new DomainError({ code: "already-paid", paymentId: order.paymentId });
  if (order.status === "cancelled")
    throw new DomainError({ code: "order-not-payable", cause: "cancelled", orderId, reason: order.reason });
  if (order.status === "pending") throw new DomainError({ code: "order-not-payable", cause: "not-priced", orderId });
  if (order.openPayment !== null) throw new DomainError({ code: "payment-in-progress", paymentId: order.openPayment });
  if (now >= order.expiresAt) {
    const expiresAt = toInstant(order.expiresAt);
    throw new DomainError({ code: "order-not-payable", cause: "expired", orderId, expiresAt });
  }
  if (amount !== totalOf(order))
    throw new DomainError({ code: "amount-mismatch", amount: totalOf(order), sent: amount });
  return { ...order, openPayment: paymentId };
};

/** Confirms the order. @throws DomainError `impossible-transition` if the order does not carry the payment's mark */
export const confirm = (order: Order, paymentId: PaymentId, now: EpochMs): OrderChange => {
  if (order.status === "confirmed" && order.paymentId === paymentId) return unchanged(order);
  if (order.status !== "awaiting-payment" || order.openPayment !== paymentId) return impossible(order, "confirm");
  return withEvent({ ...factsOf(order), status: "confirmed", paymentId }, "order.confirmed", now);
};

/** Clears the mark of a declined or voided payment. `expired`: the order is past its expiry and must be cancelled. */
export const releasePayment = (
  order: Order,
  paymentId: PaymentId,
  now: EpochMs,
): { readonly order: Order; readonly expired: boolean } => {
  if (order.status === "pending") return impossible(order, "release payment");
  return order.status === "awaiting-payment" && order.openPayment === paymentId
    ? { order: { ...order, openPayment: null }, expired: now >= order.expiresAt }
    : { order, expired: false };
};

/** Returns whether the order is confirmed or cancelled. */
export const hasEnded = (order: Order): boolean => order.status === "confirmed" || order.status === "cancelled";

/** Returns when the order expires, or `null` for an order that has ended or has an open payment. */
export const orderExpiryOf = (order: Order): EpochMs | null => {
  const isPaying = order.status === "awaiting-payment" && order.openPayment !== null;
  return hasEnded(order) || isPaying ? null : order.expiresAt;
};

/** Returns when a pending order last changed, or `null` for any other order. */
export const pendingSince = (order: Order): EpochMs | null =>
  order.status === "pending" ? (order.timeline.at(-1)?.at ?? order.placedAt) : null;
