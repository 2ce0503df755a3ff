import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Discount } from "../../../src/domain/coupon.js";
import type { OrderId, ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { greatestMoney } from "../../../src/domain/money.js";
import { place, sameOrder } from "../../../src/domain/order.js";
import { discountOn, mergeItems, type OrderItem } from "../../../src/domain/order-items.js";
import { at, expiry, placedOrder, won } from "./two-line-order.js";

const item = fc.record({
  productId: fc.constantFrom("a", "b", "c", "d").map((id) => id as ProductId),
  quantity: fc.integer({ min: 1, max: 1000 }),
});
const unitsOf = (items: readonly OrderItem[], productId: string) =>
  items.filter((each) => each.productId === productId).reduce((sum, { quantity }) => sum + quantity, 0);

describe("merged items", () => {
  it("are one per product, in product order, with all units", () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 50 }), (items) => {
        const merged = mergeItems(items);
        const ids = merged.map(({ productId }) => productId);
        expect(ids).toEqual([...new Set(items.map(({ productId }) => productId))].sort());
        for (const id of ids) expect(unitsOf(merged, id)).toBe(unitsOf(items, id));
        expect(mergeItems(merged)).toEqual(merged);
        expect(mergeItems([...items].reverse())).toEqual(merged);
      }),
    );
  });
});

describe("a discount", () => {
  const discount: fc.Arbitrary<Discount> = fc.oneof(
    fc.record({ type: fc.constant("fixed" as const), value: fc.integer({ min: 1, max: greatestMoney }).map(won) }),
    fc.record({ type: fc.constant("percent" as const), value: fc.integer({ min: 1, max: 100 }) }),
  );

  it.each([
    [{ type: "fixed", value: 1000 }, 999, 999],
    [{ type: "fixed", value: 1000 }, 1001, 1000],
    [{ type: "percent", value: 10 }, 99, 9],
    [{ type: "percent", value: 33 }, 100, 33],
    [{ type: "percent", value: 100 }, greatestMoney, greatestMoney],
    [{ type: "percent", value: 29 }, 100, 29],
  ] as const)("of %o on %i is %i", (value, subtotal, expected) => {
    expect(discountOn(won(subtotal), value as Discount)).toBe(expected);
  });

  it("is an integer between 0 and the subtotal, and never falls when the subtotal rises", () => {
    fc.assert(
      fc.property(fc.nat(greatestMoney), fc.nat(1000), discount, (amount, more, value) => {
        const subtotal = won(Math.min(amount + more, greatestMoney));
        const result = discountOn(subtotal, value);
        expect(Number.isSafeInteger(result)).toBe(true);
        expect(result).toBeGreaterThanOrEqual(discountOn(won(amount), value) - (subtotal < amount ? more : 0));
        expect(result).toBeLessThanOrEqual(subtotal);
        // Rounded down by less than one unit.
        if (value.type === "percent") {
          expect(BigInt(result) * 100n).toBeLessThanOrEqual(BigInt(subtotal) * BigInt(value.value));
          expect(BigInt(result + 1) * 100n).toBeGreaterThan(BigInt(subtotal) * BigInt(value.value));
        }
      }),
    );
  });
});

describe("placing an order", () => {
  const placeOne = (quantity: number, unitPrice: number) =>
    place(
      {
        orderId: "o" as OrderId,
        userId: "shopper" as UserId,
        lines: [{ productId: "a" as ProductId, quantity, unitPrice: won(unitPrice) }],
        userCouponId: null,
        expiresAt: at(expiry),
      },
      at(0),
    );

  it("accepts the greatest amount, and rejects a greater one", () => {
    expect(placeOne(1000, 1_000_000).order.subtotal).toBe(greatestMoney);
    expect(() => placeOne(1000, 1_000_001)).toThrow("order-too-large");
  });

  it("reports items and coupon in its event", () => {
    expect(placeOne(2, 5).events).toMatchObject([
      { type: "order.placed", data: { items: [{ productId: "a", quantity: 2 }], userCouponId: null } },
    ]);
  });

  it("is the same request if items and coupon are the same", () => {
    const order = placedOrder("uc");
    const items = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
    const [first, second] = items as [OrderItem, OrderItem];
    expect(sameOrder(order, items, "uc" as UserCouponId)).toBe(true);
    expect(sameOrder(order, items, null)).toBe(false);
    expect(sameOrder(order, [first], "uc" as UserCouponId)).toBe(false);
    expect(sameOrder(order, [first, { ...second, quantity: 9 }], "uc" as UserCouponId)).toBe(false);
    expect(sameOrder(order, [first, { ...second, productId: "z" as ProductId }], "uc" as UserCouponId)).toBe(false);
    expect(sameOrder(order, [first, second, second], "uc" as UserCouponId)).toBe(false);
  });
});
