import { describe, expect, it } from "vitest";
import type { EventOf } from "../../../src/domain/event.js";
import type { Money } from "../../../src/domain/money.js";
import { orderEvent } from "../../../src/domain/order-event.js";
import { noon } from "../../support/coupon-data.js";
import { items, type OrderFixture, openFixtureWithCoupon, openOrderFixture } from "./order-fixture.js";

/** Delivers every event of an order's flow again. */
const redeliver = async (fixture: OrderFixture, id: string) => {
  const order = fixture.order(id);
  const eventOf = <T extends Parameters<typeof orderEvent>[0]>(type: T) =>
    orderEvent(type, order, noon) as unknown as EventOf<T>;
  const { choreography } = fixture;
  await choreography["order.placed"].inventory?.execute([eventOf("order.placed")]);
  await choreography["stock.reserved"].redemption?.execute([eventOf("stock.reserved")]);
  await choreography["stock.reserved"].orders?.execute([eventOf("stock.reserved")]);
  await choreography["coupon.redeemed"].orders?.execute([eventOf("coupon.redeemed")]);
};

describe("the steps of an order", () => {
  it("reserve stock and price an order without a coupon", async () => {
    const fixture = await openOrderFixture();
    expect(await fixture.placeAndDeliver("o", items(["lamp", 2], ["mug", 1]))).toMatchObject({
      status: "awaiting-payment",
      subtotal: 2300,
      discount: 0,
      openPayment: null,
    });
    expect(fixture.timeline("o")).toEqual(["order.placed", "stock.reserved", "order.priced"]);
    expect([fixture.units("lamp"), fixture.units("mug")]).toEqual([
      [8, 2, 0],
      [9, 1, 0],
    ]);
  });

  it("redeem the coupon before they price the order", async () => {
    const fixture = await openFixtureWithCoupon();
    expect(await fixture.placeAndDeliver("o", items(["lamp", 2]), "uc")).toMatchObject({
      subtotal: 2000,
      discount: 200,
    });
    expect(fixture.timeline("o")).toEqual(["order.placed", "stock.reserved", "coupon.redeemed", "order.priced"]);
    expect(fixture.ledger.coupons()).toEqual([{ userCouponId: "uc", status: "used", orderId: "o" }]);
  });

  it("reserve all lines of an order or none", async () => {
    const fixture = await openOrderFixture();
    expect(await fixture.placeAndDeliver("o", items(["lamp", 1], ["mug", 11]))).toMatchObject({
      status: "cancelled",
      reason: "out-of-stock",
    });
    expect(fixture.timeline("o")).toEqual(["order.placed", "stock.refused", "order.cancelled"]);
    expect([fixture.units("lamp"), fixture.units("mug")]).toEqual([
      [10, 0, 0],
      [10, 0, 0],
    ]);
  });

  it("serve the orders of a batch in the order of their placing", async () => {
    const fixture = await openOrderFixture();
    for (const [id, lamps] of [
      ["c", 6],
      ["a", 6],
      ["b", 4],
    ] as const) {
      await fixture.place(id, items(["lamp", lamps]));
      fixture.clock.at += 1;
    }
    await fixture.deliverEvents();
    expect(["c", "a", "b"].map((id) => fixture.order(id).status)).toEqual([
      "awaiting-payment",
      "cancelled",
      "awaiting-payment",
    ]);
    expect(fixture.units("lamp")).toEqual([0, 10, 0]);
  });

  // Proves: O3
  it("give back the stock of an order whose coupon another order uses, and leave the coupon to that order", async () => {
    const fixture = await openFixtureWithCoupon();
    await fixture.placeAndDeliver("first", items(["lamp", 1]), "uc");
    expect(await fixture.placeAndDeliver("second", items(["lamp", 3]), "uc")).toMatchObject({
      status: "cancelled",
      reason: "coupon-not-redeemable",
    });
    expect(fixture.timeline("second")).toEqual([
      "order.placed",
      "stock.reserved",
      "coupon.redemption-refused",
      "order.cancelled",
    ]);
    expect(fixture.units("lamp")).toEqual([9, 1, 0]);
    expect(fixture.ledger.coupons()).toEqual([{ userCouponId: "uc", status: "used", orderId: "first" }]);
  });

  it("give a coupon to one of the orders of a batch that name it", async () => {
    const fixture = await openFixtureWithCoupon();
    const ids = Array.from({ length: 5 }, (_, n) => `order-${n}`);
    for (const id of ids) await fixture.place(id, items(["mug", 1]), "uc");
    await fixture.deliverEvents();
    expect(ids.filter((id) => fixture.order(id).status === "awaiting-payment")).toHaveLength(1);
    expect(fixture.units("mug")).toEqual([9, 1, 0]);
    expect(fixture.parked).toEqual([]);
  });

  it("count a coupon as redeemed that is already this order's", async () => {
    const fixture = await openFixtureWithCoupon();
    await fixture.place("o", items(["lamp", 1]), "uc");
    await fixture.work.run((tx) => tx.userCoupons.redeem([{ userCouponId: "uc" as never, orderId: "o" as never }]));
    await fixture.deliverEvents();
    expect(fixture.order("o")).toMatchObject({ status: "awaiting-payment", discount: 100 });
  });

  it("accept the coupon of an order that was cancelled", async () => {
    const fixture = await openFixtureWithCoupon();
    await fixture.placeAndDeliver("first", items(["lamp", 1]), "uc");
    await fixture.application.cancelOrder.execute("first" as never, "ann" as never);
    expect(fixture.ledger.coupons()).toEqual([{ userCouponId: "uc", status: "issued", orderId: null }]);
    expect(await fixture.placeAndDeliver("second", items(["lamp", 1]), "uc")).toMatchObject({ discount: 100 });
  });

  it("change nothing when all events are delivered again, in any state of the order", async () => {
    const fixture = await openFixtureWithCoupon();
    fixture.ledger.addCoupon("free", "ann", { type: "percent", value: 100 });
    await fixture.placeAndDeliver("awaiting", items(["lamp", 1]), "uc");
    await fixture.placeAndDeliver("refused", items(["lamp", 1]), "uc");
    await fixture.placeAndDeliver("short", items(["lamp", 99]));
    await fixture.placeAndDeliver("paid", items(["lamp", 1]), "free");
    await fixture.pay("paid", "key", { amount: 0 as Money });
    await fixture.deliverEvents();
    const before = [fixture.ledger.orders(), fixture.ledger.stocks(), fixture.ledger.coupons()];
    for (const id of ["awaiting", "refused", "short", "paid"]) await redeliver(fixture, id);
    expect([fixture.ledger.orders(), fixture.ledger.stocks(), fixture.ledger.coupons()]).toEqual(before);
    expect(fixture.ledger.unsent()).toBe(0);
  });
});
