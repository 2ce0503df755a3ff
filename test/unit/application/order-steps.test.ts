import { describe, expect, it } from "vitest";
import type { EventOf } from "../../../src/domain/event.js";
import type { Money } from "../../../src/domain/money.js";
import { orderEvent } from "../../../src/domain/order-event.js";
import { noon } from "../../support/drop.js";
import { items, type OrderHouse, openOrderHouse } from "./order-house.js";

const withCoupon = async () => {
  const house = await openOrderHouse();
  house.ledger.addCoupon("uc", "ann", { type: "percent", value: 10 });
  return house;
};

/** Every event of the saga about this order, as a bus that replays its past brings them. */
const replay = async (house: OrderHouse, id: string) => {
  const order = house.order(id);
  const tell = <T extends Parameters<typeof orderEvent>[0]>(type: T) =>
    orderEvent(type, order, noon) as unknown as EventOf<T>;
  const { choreography } = house;
  await choreography["order.placed"].inventory?.execute([tell("order.placed")]);
  await choreography["stock.reserved"].redemption?.execute([tell("stock.reserved")]);
  await choreography["stock.reserved"].orders?.execute([tell("stock.reserved")]);
  await choreography["coupon.redeemed"].orders?.execute([tell("coupon.redeemed")]);
};

describe("an order on its way", () => {
  it("without a coupon is reserved and priced", async () => {
    const house = await openOrderHouse();
    expect(await house.placed("o", items(["lamp", 2], ["mug", 1]))).toMatchObject({
      status: "awaiting-payment",
      subtotal: 2300,
      discount: 0,
      openPayment: null,
    });
    expect(house.timeline("o")).toEqual(["order.placed", "stock.reserved", "order.priced"]);
    expect([house.units("lamp"), house.units("mug")]).toEqual([
      [8, 2, 0],
      [9, 1, 0],
    ]);
  });

  it("with a coupon redeems it before it is priced", async () => {
    const house = await withCoupon();
    expect(await house.placed("o", items(["lamp", 2]), "uc")).toMatchObject({ subtotal: 2000, discount: 200 });
    expect(house.timeline("o")).toEqual(["order.placed", "stock.reserved", "coupon.redeemed", "order.priced"]);
    expect(house.ledger.coupons()).toEqual([{ userCouponId: "uc", status: "used", orderId: "o" }]);
  });

  it("gets all of its lines or none", async () => {
    const house = await openOrderHouse();
    expect(await house.placed("o", items(["lamp", 1], ["mug", 11]))).toMatchObject({
      status: "cancelled",
      reason: "out-of-stock",
    });
    expect(house.timeline("o")).toEqual(["order.placed", "stock.refused", "order.cancelled"]);
    expect([house.units("lamp"), house.units("mug")]).toEqual([
      [10, 0, 0],
      [10, 0, 0],
    ]);
  });

  it("is served in its turn where a batch holds many", async () => {
    const house = await openOrderHouse();
    for (const [id, lamps] of [
      ["c", 6],
      ["a", 6],
      ["b", 4],
    ] as const) {
      await house.place(id, items(["lamp", lamps]));
      house.clock.at += 1;
    }
    await house.quiet();
    expect(["c", "a", "b"].map((id) => house.order(id).status)).toEqual([
      "awaiting-payment",
      "cancelled",
      "awaiting-payment",
    ]);
    expect(house.units("lamp")).toEqual([0, 10, 0]);
  });

  // Proves: O3
  it("whose coupon serves another gives its stock back, and leaves the coupon there", async () => {
    const house = await withCoupon();
    await house.placed("first", items(["lamp", 1]), "uc");
    expect(await house.placed("second", items(["lamp", 3]), "uc")).toMatchObject({
      status: "cancelled",
      reason: "coupon-not-redeemable",
    });
    expect(house.timeline("second")).toEqual([
      "order.placed",
      "stock.reserved",
      "coupon.redemption-refused",
      "order.cancelled",
    ]);
    expect(house.units("lamp")).toEqual([9, 1, 0]);
    expect(house.ledger.coupons()).toEqual([{ userCouponId: "uc", status: "used", orderId: "first" }]);
  });

  it("shares a batch with others of the same coupon, and one of them gets it", async () => {
    const house = await withCoupon();
    const ids = Array.from({ length: 5 }, (_, n) => `order-${n}`);
    for (const id of ids) await house.place(id, items(["mug", 1]), "uc");
    await house.quiet();
    expect(ids.filter((id) => house.order(id).status === "awaiting-payment")).toHaveLength(1);
    expect(house.units("mug")).toEqual([9, 1, 0]);
    expect(house.parked).toEqual([]);
  });

  it("takes a coupon for redeemed that is its own already", async () => {
    const house = await withCoupon();
    await house.place("o", items(["lamp", 1]), "uc");
    await house.work.run((tx) => tx.userCoupons.redeem([{ userCouponId: "uc" as never, orderId: "o" as never }]));
    await house.quiet();
    expect(house.order("o")).toMatchObject({ status: "awaiting-payment", discount: 100 });
  });

  it("may have its coupon used again once it has ended", async () => {
    const house = await withCoupon();
    await house.placed("first", items(["lamp", 1]), "uc");
    await house.shop.cancelOrder.execute("first" as never, "ann" as never);
    expect(house.ledger.coupons()).toEqual([{ userCouponId: "uc", status: "issued", orderId: null }]);
    expect(await house.placed("second", items(["lamp", 1]), "uc")).toMatchObject({ discount: 100 });
  });

  it("does nothing more when its whole past is told again, wherever it has come", async () => {
    const house = await withCoupon();
    house.ledger.addCoupon("free", "ann", { type: "percent", value: 100 });
    await house.placed("awaiting", items(["lamp", 1]), "uc");
    await house.placed("refused", items(["lamp", 1]), "uc");
    await house.placed("short", items(["lamp", 99]));
    await house.placed("paid", items(["lamp", 1]), "free");
    await house.pay("paid", "key", { amount: 0 as Money });
    await house.quiet();
    const before = [house.ledger.orders(), house.ledger.stocks(), house.ledger.coupons()];
    for (const id of ["awaiting", "refused", "short", "paid"]) await replay(house, id);
    expect([house.ledger.orders(), house.ledger.stocks(), house.ledger.coupons()]).toEqual(before);
    expect(house.ledger.unsent()).toBe(0);
  });
});
