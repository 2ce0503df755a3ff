import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Discount } from "../../../src/domain/coupon.js";
import type { OrderId, ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { greatestMoney, type Money } from "../../../src/domain/money.js";
import { discountOn, mergeItems, type Order, type OrderItem, place, sameOrder } from "../../../src/domain/order.js";
import type { EpochMs } from "../../../src/domain/time.js";

const at = (ms: number) => ms as EpochMs;
const won = (amount: number) => amount as Money;
const expiry = 1000;

const placed = (userCouponId: string | null = null): Order =>
  place(
    {
      orderId: "o" as OrderId,
      userId: "shopper" as UserId,
      lines: [
        { productId: "a" as ProductId, quantity: 2, unitPrice: won(100) },
        { productId: "b" as ProductId, quantity: 1, unitPrice: won(55) },
      ],
      userCouponId: userCouponId as UserCouponId | null,
      expiresAt: at(expiry),
    },
    at(0),
  ).order;

const item = fc.record({
  productId: fc.constantFrom("a", "b", "c", "d").map((id) => id as ProductId),
  quantity: fc.integer({ min: 1, max: 1000 }),
});
const unitsOf = (items: readonly OrderItem[], productId: string) =>
  items.filter((each) => each.productId === productId).reduce((sum, { quantity }) => sum + quantity, 0);

describe("merged items", () => {
  it("are one a product, by product id, with every unit of each", () => {
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
  ] as const)("of %o on %i is %i", (off, subtotal, expected) => {
    expect(discountOn(won(subtotal), off as Discount)).toBe(expected);
  });

  it("is a whole amount from nothing to all of it, and grows with what it is taken off", () => {
    fc.assert(
      fc.property(fc.nat(greatestMoney), fc.nat(1000), discount, (amount, more, off) => {
        const subtotal = won(Math.min(amount + more, greatestMoney));
        const taken = discountOn(subtotal, off);
        expect(Number.isSafeInteger(taken)).toBe(true);
        expect(taken).toBeGreaterThanOrEqual(discountOn(won(amount), off) - (subtotal < amount ? more : 0));
        expect(taken).toBeLessThanOrEqual(subtotal);
        // Rounded down, by less than one unit.
        if (off.type === "percent") {
          expect(BigInt(taken) * 100n).toBeLessThanOrEqual(BigInt(subtotal) * BigInt(off.value));
          expect(BigInt(taken + 1) * 100n).toBeGreaterThan(BigInt(subtotal) * BigInt(off.value));
        }
      }),
    );
  });
});

describe("placing", () => {
  const of = (quantity: number, unitPrice: number) =>
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

  it("takes the greatest amount, and refuses one more", () => {
    expect(of(1000, 1_000_000).order.subtotal).toBe(greatestMoney);
    expect(() => of(1000, 1_000_001)).toThrow("order-too-large");
  });

  it("tells what was asked for", () => {
    expect(of(2, 5).events).toMatchObject([
      { type: "order.placed", data: { items: [{ productId: "a", quantity: 2 }], userCouponId: null } },
    ]);
  });

  it("knows the same order by its items and its coupon", () => {
    const order = placed("uc");
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
