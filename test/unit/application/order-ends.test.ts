import { describe, expect, it } from "vitest";
import { stalledAfterMs } from "../../../src/application/order/recover-stalled-orders.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { UseCaseName } from "../../support/application.js";
import { ann, ben, items, openOrderHouse, orderId, refusalOf, ttlMs } from "./order-house.js";

const withCoupon = async (...facts: Parameters<typeof openOrderHouse>) => {
  const house = await openOrderHouse(...facts);
  house.ledger.addCoupon("uc", "ann", { type: "percent", value: 10 });
  return house;
};
const free = [{ userCouponId: "uc", status: "issued", orderId: null }];

describe("a shopper who takes an order back", () => {
  it("frees its stock and its coupon, once", async () => {
    const house = await withCoupon();
    await house.placed("o", items(["lamp", 2]), "uc");
    const { cancelled, order } = await house.shop.cancelOrder.execute(orderId("o"), ann);
    expect([cancelled, order]).toMatchObject([true, { status: "cancelled", reason: "cancelled-by-shopper" }]);
    expect(await house.shop.cancelOrder.execute(orderId("o"), ann)).toEqual({ cancelled: false, order });
    await house.quiet();
    expect(house.units("lamp")).toEqual([10, 0, 0]);
    expect(house.ledger.coupons()).toEqual(free);
    expect(house.timeline("o").filter((event) => event === "order.cancelled")).toHaveLength(1);
  });

  // Proves: O3
  it("may overtake the steps, which then do nothing", async () => {
    const house = await withCoupon();
    await house.place("o", items(["lamp", 2]), "uc");
    await house.shop.cancelOrder.execute(orderId("o"), ann);
    await house.quiet();
    expect(house.timeline("o")).toEqual(["order.placed", "order.cancelled"]);
    expect(house.units("lamp")).toEqual([10, 0, 0]);
    expect(house.ledger.coupons()).toEqual(free);
  });

  it("keeps an earlier reason", async () => {
    const house = await withCoupon();
    await house.placed("o", items(["lamp", 99]));
    const { cancelled, order } = await house.shop.cancelOrder.execute(orderId("o"), ann);
    expect([cancelled, order]).toMatchObject([false, { reason: "out-of-stock" }]);
  });

  it("is refused where it is another's, unknown, confirmed, or being paid", async () => {
    const house = await withCoupon({ timeout: async () => "late" });
    await house.placed("o", items(["lamp", 1]));
    const refusal = (id: string, userId = ann) => refusalOf(house.shop.cancelOrder.execute(orderId(id), userId));
    expect(await refusal("o", ben)).toBe("order-not-found");
    expect(await refusal("none")).toBe("order-not-found");
    await house.pay("o", "key", { method: "sandbox-silent-captured" });
    expect(await refusal("o")).toBe("order-not-cancellable");
    await house.close("payment-1", "captured");
    expect(await refusal("o")).toBe("order-not-cancellable");
    expect(house.units("lamp")).toEqual([9, 0, 1]);
  });
});

describe("time that runs out", () => {
  it("ends what is pending and what was not paid, at its very expiry", async () => {
    const house = await withCoupon();
    await house.placed("awaiting", items(["lamp", 2]), "uc");
    await house.place("pending", items(["mug", 2]));
    house.clock.at += ttlMs - 1;
    expect(await house.shop.expireOrders.execute()).toBe(0);
    house.clock.at += 1;
    expect(await house.shop.expireOrders.execute()).toBe(2);
    expect(await house.shop.expireOrders.execute()).toBe(0);
    await house.quiet();
    for (const id of ["awaiting", "pending"])
      expect(house.order(id)).toMatchObject({ status: "cancelled", reason: "expired" });
    expect([house.units("lamp"), house.units("mug")]).toEqual([
      [10, 0, 0],
      [10, 0, 0],
    ]);
    expect(house.ledger.coupons()).toEqual(free);
  });

  it("waits for an open payment, and ends the order in the transaction that closes it", async () => {
    const house = await withCoupon({ timeout: async () => "late" });
    await house.placed("o", items(["lamp", 1]), "uc");
    await house.pay("o", "key", { method: "sandbox-silent-lost" });
    house.clock.at += ttlMs;
    expect(await house.shop.expireOrders.execute()).toBe(0);
    await house.close("payment-1", "voided");
    expect(house.order("o")).toMatchObject({ status: "cancelled", reason: "expired" });
    expect(house.units("lamp")).toEqual([10, 0, 0]);
    expect(house.ledger.coupons()).toEqual(free);
  });

  it("ends more than a slice of them", async () => {
    const house = await openOrderHouse();
    for (let n = 0; n < 501; n += 1) await house.place(`order-${n}`, items(["mug", 1]));
    house.clock.at += ttlMs;
    expect(await house.shop.expireOrders.execute()).toBe(501);
  });

  it("ends all but one that cannot end, whose error is told afterwards", async () => {
    const house = await openOrderHouse({ work: unreadable({ "order-0": ["cancelOrders"] }) });
    for (let n = 0; n < 502; n += 1) await house.place(`order-${n}`, items(["mug", 1]));
    house.clock.at += ttlMs;
    await expect(house.shop.expireOrders.execute()).rejects.toThrow("order-0 cannot be read");
    const left = house.ledger.orders().filter(({ status }) => status !== "cancelled");
    expect(left).toMatchObject([{ orderId: "order-0" }]);
  });
});

/** A unit of work in which some orders cannot be read, by the workers that are said. */
const unreadable =
  (bad: Readonly<Record<string, readonly UseCaseName[]>>) =>
  (right: UnitOfWork, worker: UseCaseName): UnitOfWork => ({
    run: (work) =>
      right.run((tx) => {
        const lock = async (ids: readonly string[]) => {
          for (const id of ids) if (bad[id]?.includes(worker)) throw new Error(`${id} cannot be read`);
          return tx.orders.lock(ids as never);
        };
        return work({ ...tx, orders: Object.assign(Object.create(tx.orders), { lock }) });
      }),
  });

describe("an order that stands still", () => {
  it.each([
    ["placed", [], "awaiting-payment"],
    ["stocked", ["reserve"], "awaiting-payment"],
    ["redeemed", ["reserve", "redeem"], "awaiting-payment"],
  ] as const)("at %s goes on without the bus, after a minute", async (step, done, status) => {
    const house = await withCoupon();
    await house.place("o", items(["lamp", 1]), "uc");
    const { choreography } = house;
    const about = [{ data: { orderId: orderId("o") } }] as never;
    if (done[0]) await choreography["order.placed"].inventory?.execute(about);
    if (done[1]) await choreography["stock.reserved"].redemption?.execute(about);
    expect(house.order("o")).toMatchObject({ status: "pending", step });
    house.clock.at += stalledAfterMs;
    expect(await house.shop.recoverStalledOrders.execute()).toBe(0);
    house.clock.at += 1;
    for (let runs = 0; runs < 3; runs += 1) {
      await house.shop.recoverStalledOrders.execute();
      house.clock.at += stalledAfterMs + 1;
    }
    expect(house.order("o").status).toBe(status);
    expect(await house.shop.recoverStalledOrders.execute()).toBe(0);
  });

  it.each([
    ["stock-refused", ["lamp", 99], "out-of-stock"],
    ["coupon-refused", ["lamp", 1], "coupon-not-redeemable"],
  ] as const)("at %s is ended", async (step, line, reason) => {
    const house = await withCoupon();
    await house.placed("other", items(["mug", 1]), "uc");
    await house.place("o", items(line), "uc");
    const about = [{ data: { orderId: orderId("o") } }] as never;
    await house.choreography["order.placed"].inventory?.execute(about);
    await house.choreography["stock.reserved"].redemption?.execute(about).catch(() => {});
    expect(house.order("o")).toMatchObject({ step });
    house.clock.at += stalledAfterMs + 1;
    expect(await house.shop.recoverStalledOrders.execute()).toBe(1);
    expect(house.order("o")).toMatchObject({ status: "cancelled", reason });
    expect(house.units("lamp")).toEqual([10, 0, 0]);
  });

  it("is given up, alone, where its step fails for good", async () => {
    const house = await openOrderHouse({ work: unreadable({ bad: ["reserveStock"] }) });
    await house.place("bad", items(["lamp", 1]));
    await house.place("good", items(["lamp", 1]));
    house.clock.at += stalledAfterMs + 1;
    expect(await house.shop.recoverStalledOrders.execute()).toBe(2);
    expect(house.order("bad")).toMatchObject({ status: "cancelled", reason: "internal" });
    expect(house.order("good")).toMatchObject({ status: "pending", step: "stocked" });
  });

  it("that can neither go on nor end leaves the others to go on or to end, and its error is told", async () => {
    const house = await openOrderHouse({
      work: unreadable({ bad: ["reserveStock"], worse: ["reserveStock", "cancelOrders"] }),
    });
    await house.placed("short", items(["lamp", 99]));
    for (const id of ["worse", "bad", "good", "later"]) await house.place(id, items(["lamp", 1]));
    const about = [{ data: { orderId: orderId("later") } }] as never;
    await house.choreography["order.placed"].inventory?.execute(about);
    house.clock.at += stalledAfterMs + 1;
    await expect(house.shop.recoverStalledOrders.execute()).rejects.toThrow("worse cannot be read");
    expect(house.order("worse")).toMatchObject({ status: "pending", step: "placed" });
    expect(house.order("bad")).toMatchObject({ status: "cancelled", reason: "internal" });
    expect(house.order("good")).toMatchObject({ status: "pending", step: "stocked" });
    expect(house.order("later").status).toBe("awaiting-payment");
  });
});
