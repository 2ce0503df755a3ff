import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, rawMessage } from "../../../../src/adapters/kafka/wire-format.js";
import { type DomainEvent, type EventType, eventTypes, keyOf } from "../../../../src/domain/event.js";

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const count = fc.nat();
const userId = fc.stringMatching(/^[\x21-\x7e]{1,128}$/);
const at = fc
  .date({ min: new Date("2000-01-01T00:00:00Z"), max: new Date("2100-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const order = { orderId: id, userId };
const priced = { ...order, subtotal: count, discount: count, total: count };
const claim = {
  taskId: id,
  couponId: id,
  userId,
  position: fc.integer({ min: 1 }),
};
const reason = fc.constantFrom("coupon-sold-out", "coupon-already-issued", "internal");
const dataOf: Readonly<Record<EventType, Record<string, fc.Arbitrary<unknown>>>> = {
  "coupon.requested": claim,
  "coupon.reserved": claim,
  "coupon.issued": { ...claim, retryCount: count, userCouponId: id },
  "coupon.failed": { ...claim, retryCount: count, reason },
  "order.placed": {
    ...order,
    items: fc.array(fc.record({ productId: id, quantity: fc.integer({ min: 1 }) })),
    userCouponId: fc.option(id),
  },
  "stock.reserved": order,
  "stock.refused": order,
  "coupon.redeemed": order,
  "coupon.redemption-refused": order,
  "order.priced": priced,
  "order.confirmed": { ...priced, paymentId: id },
  "order.cancelled": {
    ...order,
    reason: fc.constantFrom("out-of-stock", "coupon-not-redeemable", "expired", "cancelled-by-shopper", "internal"),
  },
  "payment.confirmed": {
    paymentId: id,
    userId,
    amount: count,
    orderId: fc.option(id),
    reservationId: fc.constant(null),
  },
  "schedule.sold-out": { concertId: id, scheduleId: id, seats: fc.integer({ min: 1 }), salesOpenAt: at, soldOutAt: at },
  "product.sold": {
    saleId: id.map((name) => `shop:${name}`),
    productId: id,
    quantity: fc.integer({ min: 1 }),
    unitPrice: count,
    occurredAt: at,
    businessDay: fc.constantFrom("2026-11-21", "2028-02-29"),
  },
};
const eventOf = (type: EventType) =>
  fc
    .record({ id: fc.string({ minLength: 1 }), type: fc.constant(type), at, data: fc.record(dataOf[type]) })
    .map((event) => event as unknown as DomainEvent);

/** As it arrives: everything is bytes. */
const received = (event: DomainEvent) => {
  const { value, headers } = encodeMessage(event);
  return {
    value: Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
};
const sample = (type: EventType) => fc.sample(eventOf(type), { numRuns: 1, seed: 1 })[0] as DomainEvent;

describe("wire format", () => {
  it.each(eventTypes)("brings %s back as it was", (type) => {
    fc.assert(
      fc.property(eventOf(type), (event) => {
        expect(decodeMessage(received(event))).toEqual({ event });
        expect(encodeMessage(event).key).toBe(keyOf(event));
      }),
    );
  });

  it("is CloudEvents 1.0 in binary mode", () => {
    const event = sample("coupon.requested");
    expect(encodeMessage(event).headers).toEqual({
      ce_specversion: "1.0",
      ce_id: event.id,
      ce_type: event.type,
      ce_source: "/rushboard",
      ce_time: event.at,
      "content-type": "application/json",
    });
  });

  /** What may be null, and a list that may be empty. */
  const isProper = (type: EventType, field: string, value: unknown) =>
    (value === null &&
      (field === "userCouponId"
        ? type === "order.placed"
        : type === "payment.confirmed" && /^(order|reservation)Id$/.test(field))) ||
    (field === "items" && Array.isArray(value));

  it.each(eventTypes.flatMap((type) => Object.keys(dataOf[type]).map((field) => [type, field] as const)))(
    "refuses %s without a proper %s",
    (type, field) => {
      const { headers } = received(sample(type));
      const { data } = sample(type);
      for (const wrong of [undefined, null, {}, [], true, -1, 1.5, "", "no such reason", "x y"]) {
        if (isProper(type, field, wrong)) continue;
        const value = Buffer.from(JSON.stringify({ ...data, [field]: wrong }));
        expect(decodeMessage({ headers, value })).toEqual({ undecodable: `invalid data.${field}` });
      }
    },
  );

  const { headers, value } = received(sample("coupon.requested"));
  const { ce_id: _, ...withoutId } = headers;
  it.each([
    ["no headers", { headers: {}, value }, "ce_specversion is missing"],
    ["another version", { headers: { ...headers, ce_specversion: "0.3" }, value }, "ce_specversion is 0.3"],
    ["no id", { headers: withoutId, value }, "missing id"],
    ["an unknown type", { headers: { ...headers, ce_type: "coupon.eaten" }, value }, 'unknown type "coupon.eaten"'],
    ["an inherited name", { headers: { ...headers, ce_type: "toString" }, value }, 'unknown type "toString"'],
    ["no time", { headers: { ...headers, ce_time: "yesterday" }, value }, "invalid time"],
    ["an impossible time", { headers: { ...headers, ce_time: "2026-13-01T00:00:00.000Z" }, value }, "invalid time"],
    ["no value", { headers, value: null }, "missing value"],
    ["bad JSON", { headers, value: Buffer.from("{") }, "invalid JSON"],
    ["an array", { headers, value: Buffer.from("[]") }, "data is not an object"],
  ])("refuses %s", (_name, message, undecodable) => {
    expect(decodeMessage(message)).toEqual({ undecodable });
  });

  it("never throws, and keeps the raw text", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.dictionary(fc.string(), fc.string()), (bytes, others) => {
        const message = { value: Buffer.from(bytes), headers: others };
        expect(decodeMessage(message)).toHaveProperty("undecodable");
        expect(rawMessage(message).text).toBe(Buffer.from(bytes).toString());
      }),
    );
  });
});
