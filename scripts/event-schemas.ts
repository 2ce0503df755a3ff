import { z } from "zod";
import type { ConsumerGroup } from "../src/application/choreography.js";
import type { ClaimFailure } from "../src/domain/coupon.js";
import type { EventOf, EventType } from "../src/domain/event.js";
import { idPattern, saleIdPattern, userIdPattern } from "../src/domain/ids.js";
import type { CancelReason } from "../src/domain/order.js";

type Schemas = {
  readonly [T in EventType]: z.ZodObject<{ readonly [F in keyof EventOf<T>["data"]]: z.ZodType }>;
};

const named = <Name extends string>(names: Readonly<Record<Name, true>>) => z.enum(Object.keys(names) as Name[]);

/** ISO-8601 in UTC, to the millisecond. */
export const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const id = z.string().regex(idPattern);
const userId = z.string().regex(userIdPattern);
const instant = z.string().regex(instantPattern);
const amount = z.int().min(0).describe("In the currency's minor unit.");
const count = z.int().min(1);

const claim = {
  taskId: id.describe("What the shopper follows."),
  couponId: id,
  userId,
  position: count.describe("First come, first served: 1 came first."),
};
const retryCount = z.int().min(0).describe("How often settling the claim had failed before it ended.");
const order = { orderId: id, userId };
const priced = { ...order, subtotal: amount, discount: amount, total: amount };

/** What the data of each event is, as it is checked on arrival; fields beyond these are for newer nodes. */
export const eventSchemas: Schemas = {
  "coupon.requested": z.object(claim),
  "coupon.reserved": z.object(claim),
  "coupon.issued": z.object({ ...claim, retryCount, userCouponId: id }),
  "coupon.failed": z.object({
    ...claim,
    retryCount,
    reason: named<ClaimFailure>({ "coupon-sold-out": true, "coupon-already-issued": true, internal: true }),
  }),
  "order.placed": z.object({
    ...order,
    items: z.array(z.object({ productId: id, quantity: count })).describe("One line a product."),
    userCouponId: id.nullable().describe("The coupon to redeem, if any."),
  }),
  "stock.reserved": z.object(order),
  "stock.refused": z.object(order),
  "coupon.redeemed": z.object(order),
  "coupon.redemption-refused": z.object(order),
  "order.priced": z.object(priced),
  "order.confirmed": z.object({ ...priced, paymentId: id }),
  "order.cancelled": z.object({
    ...order,
    reason: named<CancelReason>({
      "out-of-stock": true,
      "coupon-not-redeemable": true,
      expired: true,
      "cancelled-by-shopper": true,
      internal: true,
    }),
  }),
  "payment.confirmed": z.object({
    paymentId: id,
    userId,
    amount,
    orderId: id.nullable().describe("What was paid for: an order,"),
    reservationId: id.nullable().describe("or a seat."),
  }),
  "schedule.sold-out": z.object({
    concertId: id,
    scheduleId: id,
    seats: count,
    salesOpenAt: instant,
    soldOutAt: instant.describe("When the payment that filled the last seat was closed."),
  }),
  "product.sold": z.object({
    saleId: z.string().regex(saleIdPattern).describe("Names the sale for ever."),
    productId: id,
    quantity: count,
    unitPrice: amount.describe("The price of this sale, before any discount."),
    occurredAt: instant,
    businessDay: z.iso.date().describe("The day of the sale in `BUSINESS_TIME_ZONE`."),
  }),
};

/** What each event says, in a sentence. */
export const eventMeanings: Readonly<Record<EventType, string>> = {
  "coupon.requested": "A shopper's claim was admitted, and its row is committed.",
  "coupon.reserved": "The claim was counted among the coupon's takes.",
  "coupon.issued": "The claim ended with a coupon in the shopper's hands.",
  "coupon.failed": "The claim ended without a coupon; its place is given back.",
  "order.placed": "A shopper placed an order, at the prices of that moment.",
  "stock.reserved": "Every line of the order is reserved.",
  "stock.refused": "Some line was short, so no line is reserved.",
  "coupon.redeemed": "The order's coupon serves this order now.",
  "coupon.redemption-refused": "The order's coupon could not be redeemed.",
  "order.priced": "The order has its price, and waits for payment.",
  "order.confirmed": "The order was paid.",
  "order.cancelled": "The order ended unpaid; what it held is given back.",
  "payment.confirmed": "A payment for an order or a seat succeeded.",
  "schedule.sold-out": "The last seat of a schedule was paid. Told once a schedule, for ever.",
  "product.sold": "Units of one product were sold, by an order here or by a shop that reported it.",
};

/** What each consumer group does with what it hears. */
export const groupMeanings: Readonly<Record<ConsumerGroup, string>> = {
  stock: "counts claims, and gives back the places of failed ones",
  settlement: "issues coupons",
  "ranking-log": "writes down how each claim ended",
  inventory: "reserves stock",
  redemption: "redeems coupons",
  orders: "prices orders, and cancels those that were refused",
  ranking: "writes the boards of sell-outs",
  webhook: "notes what the webhook is to be told",
  sales: "books sales and raises the boards of best sellers",
};
