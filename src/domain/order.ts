import type { Discount } from "./coupon.js";
import type { EventOf, OrderEventType } from "./event.js";
import type { OrderId, PaymentId, ProductId, UserCouponId, UserId } from "./ids.js";
import { greatestMoney, type Money, totalOf } from "./money.js";
import { orderEvent } from "./order-event.js";
import { DomainError } from "./problem.js";
import type { CancelReason } from "./reasons.js";
import { type EpochMs, toInstant } from "./time.js";

export type OrderItem = { readonly productId: ProductId; readonly quantity: number };
/** A line at the price of its placing. */
export type OrderLine = OrderItem & { readonly unitPrice: Money };

export type TimelineEntry = { readonly event: OrderEventType; readonly at: EpochMs };

type OrderFacts = {
  readonly orderId: OrderId;
  readonly userId: UserId;
  /** One line a product, by product id. */
  readonly lines: readonly OrderLine[];
  readonly userCouponId: UserCouponId | null;
  readonly subtotal: Money;
  /** 0 until the order is priced. */
  readonly discount: Money;
  readonly placedAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** What happened to it, oldest first; its length numbers the order's versions. */
  readonly timeline: readonly TimelineEntry[];
};

/** How far a pending order has come. */
export type PendingStep = "placed" | "stock-refused" | "stocked" | "coupon-refused" | "redeemed";
export type PendingOrder = OrderFacts & { readonly status: "pending"; readonly step: PendingStep };
export type PayableOrder = OrderFacts & {
  readonly status: "awaiting-payment";
  /** While it is there, nothing expires, cancels or pays the order but this payment. */
  readonly openPayment: PaymentId | null;
};
export type ConfirmedOrder = OrderFacts & { readonly status: "confirmed"; readonly paymentId: PaymentId };
export type CancelledOrder = OrderFacts & { readonly status: "cancelled"; readonly reason: CancelReason };
export type Order = PendingOrder | PayableOrder | ConfirmedOrder | CancelledOrder;

/** An order after a step, and what the step has to tell; a step that is done already, or too late, changes nothing. */
export type OrderChange = { readonly order: Order; readonly events: readonly EventOf<OrderEventType>[] };

const unchanged = (order: Order): OrderChange => ({ order, events: [] });

const told = (order: Order, event: OrderEventType, at: EpochMs): OrderChange => {
  const next = { ...order, timeline: [...order.timeline, { event, at }] };
  return { order: next, events: [orderEvent(event, next, at)] };
};

const impossible = (order: Order, step: string): never => {
  const from = order.status === "pending" ? `${order.status}, ${order.step}` : order.status;
  throw new DomainError({ code: "impossible-transition", from, step });
};

/** One line a product, by product id, as rows are locked. */
export const mergeItems = (items: readonly OrderItem[]): readonly OrderItem[] => {
  const merged = new Map<ProductId, number>();
  for (const { productId, quantity } of items) merged.set(productId, (merged.get(productId) ?? 0) + quantity);
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([productId, quantity]) => ({ productId, quantity }));
};

/** What a coupon takes off: fixed at most all of it, percent rounded down. */
export const discountOn = (subtotal: Money, discount: Discount): Money =>
  (discount.type === "fixed"
    ? Math.min(discount.value, subtotal)
    : Math.floor((subtotal * discount.value) / 100)) as Money;

/** A new order. @throws DomainError `order-too-large` where its subtotal is no amount */
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
  return told(order, "order.placed", now);
};

/** The same request again asks for this very order. */
export const sameOrder = (order: Order, items: readonly OrderItem[], userCouponId: UserCouponId | null): boolean =>
  order.userCouponId === userCouponId &&
  order.lines.length === items.length &&
  order.lines.every(
    ({ productId, quantity }, n) => productId === items[n]?.productId && quantity === items[n].quantity,
  );

/** The order waits for its stock: the step that `reserve` does is still to do. */
export const awaitsStock = (order: Order): boolean => order.status === "pending" && order.step === "placed";

/** The stock of all lines was reserved, or did not suffice. */
export const reserve = (order: Order, enough: boolean, now: EpochMs): OrderChange => {
  if (order.status !== "pending" || order.step !== "placed") return unchanged(order);
  return enough
    ? told({ ...order, step: "stocked" }, "stock.reserved", now)
    : told({ ...order, step: "stock-refused" }, "stock.refused", now);
};

/** The coupon that the order is still to redeem, if there is one. */
export const awaitsCoupon = (order: Order): UserCouponId | null =>
  order.status === "pending" && order.step === "stocked" ? order.userCouponId : null;

/** The coupon became this order's (or was so already), or could not. */
export const redeem = (order: Order, redeemed: boolean, now: EpochMs): OrderChange => {
  if (order.status === "pending" && (order.step === "placed" || order.step === "stock-refused"))
    return impossible(order, "redeem");
  if (order.status !== "pending" || awaitsCoupon(order) === null) return unchanged(order);
  return redeemed
    ? told({ ...order, step: "redeemed" }, "coupon.redeemed", now)
    : told({ ...order, step: "coupon-refused" }, "coupon.redemption-refused", now);
};

/** Nothing is missing but the price: the stock is there, and the coupon, where there is one, is redeemed. */
export const awaitsPrice = (order: Order): boolean =>
  order.status === "pending" &&
  (order.step === "redeemed" || (order.step === "stocked" && order.userCouponId === null));

/** The order gets its price; `discount` is its redeemed coupon's. */
export const price = (order: Order, discount: Discount | null, now: EpochMs): OrderChange => {
  if (order.status === "pending" && (order.step === "placed" || order.step === "stock-refused"))
    return impossible(order, "price");
  if (order.status !== "pending" || !awaitsPrice(order)) return unchanged(order);
  const { step: _, ...facts } = order;
  const off = discount === null ? (0 as Money) : discountOn(order.subtotal, discount);
  return told({ ...facts, discount: off, status: "awaiting-payment", openPayment: null }, "order.priced", now);
};

/** Cancels what is neither ended nor being paid; else nothing happens. */
export const cancel = (order: Order, reason: CancelReason, now: EpochMs): OrderChange => {
  if (order.status === "confirmed" || order.status === "cancelled") return unchanged(order);
  if (order.status === "awaiting-payment" && order.openPayment !== null) return unchanged(order);
  const { orderId, userId, lines, userCouponId, subtotal, discount, placedAt, expiresAt, timeline } = order;
  const facts = { orderId, userId, lines, userCouponId, subtotal, discount, placedAt, expiresAt, timeline };
  return told({ ...facts, status: "cancelled", reason }, "order.cancelled", now);
};

/** Whether a cancelled order must give stock back: what it was when the stock was its own. */
export const holdsStock = (order: Order): boolean =>
  order.status === "awaiting-payment" ||
  (order.status === "pending" && order.step !== "placed" && order.step !== "stock-refused");

/** Puts a payment's mark on the order. @throws DomainError by which a request to pay is refused */
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

/** The payment whose mark the order carries was captured. */
export const confirm = (order: Order, paymentId: PaymentId, now: EpochMs): OrderChange => {
  if (order.status === "confirmed" && order.paymentId === paymentId) return unchanged(order);
  if (order.status !== "awaiting-payment" || order.openPayment !== paymentId) return impossible(order, "confirm");
  const { openPayment: _, ...facts } = order;
  return told({ ...facts, status: "confirmed", paymentId }, "order.confirmed", now);
};

/** The payment came to nothing: its mark goes. `expired` where the order's time is over, so that it must end now. */
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

/** Whether nothing more will happen to it. */
export const hasEnded = (order: Order): boolean => order.status === "confirmed" || order.status === "cancelled";
