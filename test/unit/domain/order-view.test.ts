import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Discount } from "../../../src/domain/coupon.js";
import type { OrderId, PaymentId, ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { type Money, totalOf } from "../../../src/domain/money.js";
import {
  cancel,
  confirm,
  type Order,
  place,
  price,
  redeem,
  releasePayment,
  reserve,
  startPayment,
} from "../../../src/domain/order.js";
import { orderAsOf } from "../../../src/domain/order-view.js";
import type { EpochMs } from "../../../src/domain/time.js";

const at = (ms: number) => ms as EpochMs;
const won = (amount: number) => amount as Money;
const payment = "pay-1" as PaymentId;
const tenth: Discount = { type: "percent", value: 10 };
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

describe("an order as of an earlier entry", () => {
  type Deed = (order: Order, when: EpochMs) => Order;
  const deeds: readonly Deed[] = [
    (order, when) => reserve(order, true, when).order,
    (order, when) => reserve(order, false, when).order,
    (order, when) => redeem(order, true, when).order,
    (order, when) => redeem(order, false, when).order,
    (order, when) => price(order, order.userCouponId === null ? null : tenth, when).order,
    (order, when) => startPayment(order, payment, totalOf(order), when),
    (order, when) => confirm(order, payment, when).order,
    (order, when) => releasePayment(order, payment, when).order,
    (order, when) => cancel(order, "expired", when).order,
  ];
  const orNothing = (order: Order, deed: Deed, when: EpochMs): Order => {
    try {
      return deed(order, when);
    } catch {
      return order;
    }
  };

  it("is what was seen then", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.constantFrom(...deeds), { maxLength: 40 }),
        (withCoupon, chosen: readonly Deed[]) => {
          let order = placed(withCoupon ? "uc" : null);
          const seen = new Map([[order.timeline.length, orderAsOf(order)]]);
          chosen.forEach((deed, n) => {
            order = orNothing(order, deed, at(n + 1));
            seen.set(order.timeline.length, orderAsOf(order));
          });
          for (const [entries, view] of seen) expect(orderAsOf(order, entries)).toEqual(view);
          expect(orderAsOf(order)).toMatchObject({ status: order.status, total: totalOf(order) });
        },
      ),
    );
  });

  it("shows a reason and an expiry only where there is one", () => {
    const priced = price(redeem(reserve(placed("uc"), true, at(1)).order, true, at(2)).order, tenth, at(3)).order;
    const cancelled = cancel(priced, "cancelled-by-shopper", at(4)).order;
    const confirmed = confirm(startPayment(priced, payment, totalOf(priced), at(4)), payment, at(5)).order;
    expect(orderAsOf(cancelled)).toMatchObject({ status: "cancelled", reason: "cancelled-by-shopper" });
    expect(orderAsOf(cancelled)).not.toHaveProperty("expiresAt");
    expect(orderAsOf(confirmed)).not.toHaveProperty("expiresAt");
    expect(orderAsOf(cancelled, 3)).toMatchObject({ status: "pending", discount: 0, expiresAt: expiry });
    expect(orderAsOf(cancelled, 3)).not.toHaveProperty("reason");
  });
});
