import { describe, expect, it } from "vitest";
import { orderId } from "../../support/order-data.js";
import { ann, ben, items, openFixtureWithCoupon, openOrderFixture, rejectionOf, ttlMs } from "./order-fixture.js";
import { unreadable } from "./unreadable-orders.js";

const freeCoupon = [{ userCouponId: "uc", status: "issued", orderId: null }];

describe("cancelling an order as its shopper", () => {
  // Proves: O3
  it("gives back stock and coupon once", async () => {
    const fixture = await openFixtureWithCoupon();
    await fixture.placeAndDeliver("o", items(["lamp", 2]), "uc");
    const { cancelOrder } = fixture.application;
    const { cancelled, order } = await cancelOrder.execute(orderId("o"), ann);
    expect([cancelled, order]).toMatchObject([true, { status: "cancelled", reason: "cancelled-by-shopper" }]);
    expect(await cancelOrder.execute(orderId("o"), ann)).toEqual({ cancelled: false, order });
    await fixture.deliverEvents();
    expect(fixture.units("lamp")).toEqual([10, 0, 0]);
    expect(fixture.ledger.coupons()).toEqual(freeCoupon);
    expect(fixture.timeline("o").filter((event) => event === "order.cancelled")).toHaveLength(1);
  });

  // Proves: O3
  it("makes later steps of the order do nothing", async () => {
    const fixture = await openFixtureWithCoupon();
    await fixture.place("o", items(["lamp", 2]), "uc");
    await fixture.application.cancelOrder.execute(orderId("o"), ann);
    await fixture.deliverEvents();
    expect(fixture.timeline("o")).toEqual(["order.placed", "order.cancelled"]);
    expect(fixture.units("lamp")).toEqual([10, 0, 0]);
    expect(fixture.ledger.coupons()).toEqual(freeCoupon);
  });

  it("keeps the reason of an earlier cancellation", async () => {
    const fixture = await openFixtureWithCoupon();
    await fixture.placeAndDeliver("o", items(["lamp", 99]));
    const { cancelled, order } = await fixture.application.cancelOrder.execute(orderId("o"), ann);
    expect([cancelled, order]).toMatchObject([false, { reason: "out-of-stock" }]);
  });

  it("is rejected for another shopper's, an unknown or a confirmed order, and while a payment is open", async () => {
    const fixture = await openFixtureWithCoupon({ timeout: async () => "late" });
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    const rejection = (id: string, userId = ann) =>
      rejectionOf(fixture.application.cancelOrder.execute(orderId(id), userId));
    expect(await rejection("o", ben)).toBe("order-not-found");
    expect(await rejection("none")).toBe("order-not-found");
    await fixture.pay("o", "key", { method: "sandbox-silent-captured" });
    expect(await rejection("o")).toBe("order-not-cancellable");
    await fixture.close("payment-1", "captured");
    expect(await rejection("o")).toBe("order-not-cancellable");
    expect(fixture.units("lamp")).toEqual([9, 0, 1]);
  });
});

describe("expiring orders", () => {
  it("cancels pending and unpaid orders from their expiry on", async () => {
    const fixture = await openFixtureWithCoupon();
    const { expireOrders } = fixture.application;
    await fixture.placeAndDeliver("awaiting", items(["lamp", 2]), "uc");
    await fixture.place("pending", items(["mug", 2]));
    fixture.clock.at += ttlMs - 1;
    expect(await expireOrders.execute()).toBe(0);
    fixture.clock.at += 1;
    expect(await expireOrders.execute()).toBe(2);
    expect(await expireOrders.execute()).toBe(0);
    await fixture.deliverEvents();
    for (const id of ["awaiting", "pending"])
      expect(fixture.order(id)).toMatchObject({ status: "cancelled", reason: "expired" });
    expect([fixture.units("lamp"), fixture.units("mug")]).toEqual([
      [10, 0, 0],
      [10, 0, 0],
    ]);
    expect(fixture.ledger.coupons()).toEqual(freeCoupon);
  });

  it("leaves an order with an open payment to the transaction that closes the payment", async () => {
    const fixture = await openFixtureWithCoupon({ timeout: async () => "late" });
    await fixture.placeAndDeliver("o", items(["lamp", 1]), "uc");
    await fixture.pay("o", "key", { method: "sandbox-silent-lost" });
    fixture.clock.at += ttlMs;
    expect(await fixture.application.expireOrders.execute()).toBe(0);
    await fixture.close("payment-1", "voided");
    expect(fixture.order("o")).toMatchObject({ status: "cancelled", reason: "expired" });
    expect(fixture.units("lamp")).toEqual([10, 0, 0]);
    expect(fixture.ledger.coupons()).toEqual(freeCoupon);
  });

  it("cancels more than one batch", async () => {
    const fixture = await openOrderFixture();
    for (let n = 0; n < 501; n += 1) await fixture.place(`order-${n}`, items(["mug", 1]));
    fixture.clock.at += ttlMs;
    expect(await fixture.application.expireOrders.execute()).toBe(501);
  });

  it("cancels all other orders if one fails, then throws its error", async () => {
    const fixture = await openOrderFixture({ work: unreadable({ "order-0": ["cancelOrders"] }) });
    for (let n = 0; n < 502; n += 1) await fixture.place(`order-${n}`, items(["mug", 1]));
    fixture.clock.at += ttlMs;
    await expect(fixture.application.expireOrders.execute()).rejects.toThrow("order-0 cannot be read");
    const open = fixture.ledger.orders().filter(({ status }) => status !== "cancelled");
    expect(open).toMatchObject([{ orderId: "order-0" }]);
  });
});
