import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Discount } from "../../../src/domain/coupon.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import { totalOf } from "../../../src/domain/money.js";
import {
  cancel,
  confirm,
  type Order,
  price,
  redeem,
  releasePayment,
  reserve,
  startPayment,
} from "../../../src/domain/order.js";
import { orderAsOf } from "../../../src/domain/order-view.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { at, expiry, placedOrder } from "./two-line-order.js";

const payment = "pay-1" as PaymentId;
const tenth: Discount = { type: "percent", value: 10 };

describe("an earlier version of an order", () => {
  type Step = (order: Order, when: EpochMs) => Order;
  const steps: readonly Step[] = [
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
  const afterStep = (order: Order, step: Step, when: EpochMs): Order => {
    try {
      return step(order, when);
    } catch {
      return order;
    }
  };

  it("is what the shopper saw then", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.constantFrom(...steps), { maxLength: 40 }),
        (withCoupon, chosen: readonly Step[]) => {
          let order = placedOrder(withCoupon ? "uc" : null);
          const seen = new Map([[order.timeline.length, orderAsOf(order)]]);
          chosen.forEach((step, n) => {
            order = afterStep(order, step, at(n + 1));
            seen.set(order.timeline.length, orderAsOf(order));
          });
          for (const [entries, view] of seen) expect(orderAsOf(order, entries)).toEqual(view);
          expect(orderAsOf(order)).toMatchObject({ status: order.status, total: totalOf(order) });
        },
      ),
    );
  });

  it("has a reason only if cancelled, and an expiry only until it has ended", () => {
    const priced = price(redeem(reserve(placedOrder("uc"), true, at(1)).order, true, at(2)).order, tenth, at(3)).order;
    const cancelled = cancel(priced, "cancelled-by-shopper", at(4)).order;
    const confirmed = confirm(startPayment(priced, payment, totalOf(priced), at(4)), payment, at(5)).order;
    expect(orderAsOf(cancelled)).toMatchObject({ status: "cancelled", reason: "cancelled-by-shopper" });
    expect(orderAsOf(cancelled)).not.toHaveProperty("expiresAt");
    expect(orderAsOf(confirmed)).not.toHaveProperty("expiresAt");
    expect(orderAsOf(cancelled, 3)).toMatchObject({ status: "pending", discount: 0, expiresAt: expiry });
    expect(orderAsOf(cancelled, 3)).not.toHaveProperty("reason");
  });
});
