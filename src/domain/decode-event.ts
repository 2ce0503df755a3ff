import { isBusinessDay } from "./business-day.js";
import type { ClaimFailure } from "./coupon.js";
import { type DomainEvent, type EventOf, type EventType, eventTypes } from "./event.js";
import { idPattern, saleIdPattern, userIdPattern } from "./ids.js";
import type { CancelReason } from "./order.js";

export type Decoded =
  | { readonly event: DomainEvent }
  /** Why it is none, in one line. */
  | { readonly undecodable: string };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Check = (value: unknown) => boolean;
type Fields<T extends EventType> = { readonly [F in keyof EventOf<T>["data"]]: Check };

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const atLeast =
  (least: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least;
const oneOf =
  (names: Readonly<Record<string, true>>): Check =>
  (value) =>
    typeof value === "string" && Object.hasOwn(names, value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    Array.isArray(value) &&
    value.every((item) => isRecord(item) && Object.entries(fields).every(([field, check]) => check(item[field])));

const id = matches(idPattern);
const instant = matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const claim = { taskId: id, couponId: id, userId: matches(userIdPattern), position: atLeast(1) };
const settled = { ...claim, retryCount: atLeast(0) };
const order = { orderId: id, userId: matches(userIdPattern) };
const amount = atLeast(0);
const priced = { ...order, subtotal: amount, discount: amount, total: amount };
const failure = oneOf({
  "coupon-sold-out": true,
  "coupon-already-issued": true,
  internal: true,
} satisfies Record<ClaimFailure, true>);
const cancelReason = oneOf({
  "out-of-stock": true,
  "coupon-not-redeemable": true,
  expired: true,
  "cancelled-by-shopper": true,
  internal: true,
} satisfies Record<CancelReason, true>);

const fieldsOf: { readonly [T in EventType]: Fields<T> } = {
  "coupon.requested": claim,
  "coupon.reserved": claim,
  "coupon.issued": { ...settled, userCouponId: id },
  "coupon.failed": { ...settled, reason: failure },
  "order.placed": { ...order, items: listOf({ productId: id, quantity: atLeast(1) }), userCouponId: orNull(id) },
  "stock.reserved": order,
  "stock.refused": order,
  "coupon.redeemed": order,
  "coupon.redemption-refused": order,
  "order.priced": priced,
  "order.confirmed": { ...priced, paymentId: id },
  "order.cancelled": { ...order, reason: cancelReason },
  "payment.confirmed": {
    paymentId: id,
    userId: matches(userIdPattern),
    amount,
    orderId: orNull(id),
    reservationId: orNull(id),
  },
  "schedule.sold-out": { concertId: id, scheduleId: id, seats: atLeast(1), salesOpenAt: instant, soldOutAt: instant },
  "product.sold": {
    saleId: matches(saleIdPattern),
    productId: id,
    quantity: atLeast(1),
    unitPrice: amount,
    occurredAt: instant,
    businessDay: (value) => typeof value === "string" && isBusinessDay(value),
  },
};

/** Checks once what came over a wire; fields that are not known are let through, for a newer node may send them. */
export const decodeEvent = (value: unknown): Decoded => {
  if (!isRecord(value)) return { undecodable: "not an object" };
  const { id, type, at, data } = value;
  if (!eventTypes.includes(type as EventType)) return { undecodable: `unknown type ${JSON.stringify(type)}` };
  if (typeof id !== "string" || id === "") return { undecodable: "no id" };
  if (!instant(at) || Number.isNaN(Date.parse(at as string))) return { undecodable: "at is no instant" };
  if (!isRecord(data)) return { undecodable: "data is not an object" };
  for (const [field, check] of Object.entries<Check>(fieldsOf[type as EventType]))
    if (!check(data[field])) return { undecodable: `bad data.${field}` };
  return { event: { id, type, at, data } as unknown as DomainEvent };
};

/** The same of JSON text. */
export const parseEvent = (text: string): Decoded => {
  try {
    return decodeEvent(JSON.parse(text));
  } catch {
    return { undecodable: "bad JSON" };
  }
};
