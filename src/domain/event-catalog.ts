import {
  businessDay,
  count,
  countOrZero,
  type Field,
  type Fields,
  id,
  instant,
  list,
  money,
  nullable,
  oneOf,
  saleId,
  shopper,
} from "./event-field.js";
import type {
  ConcertId,
  CouponId,
  OrderId,
  PaymentId,
  ProductId,
  ReservationId,
  SaleId,
  ScheduleId,
  TaskId,
  UserCouponId,
} from "./ids.js";
import { cancelReasons, claimFailures } from "./reasons.js";

type TextField<F extends Fields> = {
  [Name in keyof F]: F[Name] extends Field<string | null> ? Name : never;
}[keyof F] &
  string;

/** A row of the catalog. */
const event = <F extends Fields, const Key extends TextField<F>>(row: {
  /** The event happens once per value of this field: its id is `<type>:<value>`. */
  readonly id: TextField<F>;
  /** Events with the same value of this field stay in order; of several fields, the first that is not null. */
  readonly key: Key | readonly Key[];
  readonly data: F;
  readonly summary: string;
  /** Only this service consumes the event: several events of one key may share a message. */
  readonly internal?: true;
}) => ({ ...row, key: (typeof row.key === "string" ? [row.key] : row.key) as readonly Key[] });

const claim = {
  taskId: id<TaskId>("task-1", "The claim's task, which the shopper follows."),
  couponId: id<CouponId>("autumn"),
  userId: shopper("mina"),
  position: count(1, "Order of arrival, from 1."),
};
const settled = { ...claim, retryCount: countOrZero(0, "How often settling the claim failed before.") };
const order = { orderId: id<OrderId>("order-1"), userId: shopper("mina") };
const priced = { ...order, subtotal: money(18_000), discount: money(1_800), total: money(16_200) };

/** Every event: union, topics, keys, ids, decoder, constructor and documents are derived from these rows. */
export const eventCatalog = {
  "coupon.requested": event({
    id: "taskId",
    key: "couponId",
    data: claim,
    summary: "The queue admitted a claim, and the claim's row is committed.",
    internal: true,
  }),
  "coupon.reserved": event({
    id: "taskId",
    key: "couponId",
    data: claim,
    summary: "The stock counted one coupon for the claim.",
    internal: true,
  }),
  "coupon.issued": event({
    id: "taskId",
    key: "couponId",
    data: { ...settled, userCouponId: id<UserCouponId>("task-1") },
    summary: "The claim was settled: the shopper has the coupon.",
  }),
  "coupon.failed": event({
    id: "taskId",
    key: "couponId",
    data: { ...settled, reason: oneOf(claimFailures, "coupon-sold-out") },
    summary: "The claim was settled without a coupon, and its place is given back.",
  }),

  "order.placed": event({
    id: "orderId",
    key: "orderId",
    data: {
      ...order,
      items: list({ productId: id<ProductId>("mug"), quantity: count(2) }, "One line per product."),
      userCouponId: nullable(id<UserCouponId>("task-1"), "The coupon to redeem, if any."),
    },
    summary: "A shopper placed an order at the current prices.",
  }),
  "stock.reserved": event({
    id: "orderId",
    key: "orderId",
    data: order,
    summary: "Every line of the order is reserved.",
  }),
  "stock.refused": event({
    id: "orderId",
    key: "orderId",
    data: order,
    summary: "At least one line was out of stock, so no line is reserved.",
  }),
  "coupon.redeemed": event({
    id: "orderId",
    key: "orderId",
    data: order,
    summary: "The order's coupon is redeemed for this order.",
  }),
  "coupon.redemption-refused": event({
    id: "orderId",
    key: "orderId",
    data: order,
    summary: "The order's coupon could not be redeemed.",
  }),
  "order.priced": event({
    id: "orderId",
    key: "orderId",
    data: priced,
    summary: "The order has its price and awaits payment.",
  }),
  "order.confirmed": event({
    id: "orderId",
    key: "orderId",
    data: { ...priced, paymentId: id<PaymentId>("payment-1") },
    summary: "The order was paid.",
  }),
  "order.cancelled": event({
    id: "orderId",
    key: "orderId",
    data: { ...order, reason: oneOf(cancelReasons, "cancelled-by-shopper") },
    summary: "The order ended without payment, and its stock and coupon are given back.",
  }),

  "payment.confirmed": event({
    id: "paymentId",
    key: ["orderId", "reservationId", "paymentId"],
    data: {
      paymentId: id<PaymentId>("payment-1"),
      userId: shopper("mina"),
      amount: money(16_200),
      orderId: nullable(id<OrderId>("order-1"), "The order that was paid, or null."),
      reservationId: nullable(id<ReservationId>("reservation-1"), "The reservation that was paid, or null.", "null"),
    },
    summary: "A payment for an order or a seat succeeded.",
  }),
  "schedule.sold-out": event({
    id: "scheduleId",
    key: "scheduleId",
    data: {
      concertId: id<ConcertId>("moon"),
      scheduleId: id<ScheduleId>("moon-fri"),
      seats: count(500),
      salesOpenAt: instant("2026-11-21T11:00:00.000Z"),
      soldOutAt: instant("2026-11-21T12:00:00.000Z", "When the payment for the last free seat was closed."),
    },
    summary: "The last seat of a schedule was paid. Sent for a schedule's first sell-out only.",
  }),
  "product.sold": event({
    id: "saleId",
    key: "productId",
    data: {
      saleId: saleId<SaleId>("order:order-1:mug", "Identifies the sale permanently."),
      productId: id<ProductId>("mug"),
      quantity: count(2),
      unitPrice: money(9_000, "The price of this sale before any discount, in the currency's minor unit."),
      occurredAt: instant("2026-11-21T12:00:00.000Z"),
      businessDay: businessDay("2026-11-21", "The day of the sale in `BUSINESS_TIME_ZONE`."),
    },
    summary: "Units of one product were sold, by an order or by a sale that the shop reported.",
  }),
};
