import { describe, expect, it } from "vitest";
import { stalledAfterMs } from "../../../src/application/order/recover-stalled-orders.js";
import { orderId } from "../../support/order-data.js";
import { items, openFixtureWithCoupon, openOrderFixture } from "./order-fixture.js";
import { unreadable } from "./unreadable-orders.js";

/** The events of one order, as far as the steps read them. */
const eventsOf = (id: string) => [{ data: { orderId: orderId(id) } }] as never;

describe("recovering stalled orders", () => {
  // Proves: O2
  it.each([
    ["placed", 0],
    ["stocked", 1],
    ["redeemed", 2],
  ] as const)("takes the next steps of an order that is %s for more than a minute", async (step, steps) => {
    const fixture = await openFixtureWithCoupon();
    const { recoverStalledOrders } = fixture.application;
    await fixture.place("o", items(["lamp", 1]), "uc");
    if (steps > 0) await fixture.choreography["order.placed"].inventory?.execute(eventsOf("o"));
    if (steps > 1) await fixture.choreography["stock.reserved"].redemption?.execute(eventsOf("o"));
    expect(fixture.order("o")).toMatchObject({ status: "pending", step });
    fixture.clock.at += stalledAfterMs;
    expect(await recoverStalledOrders.execute()).toBe(0);
    fixture.clock.at += 1;
    for (let runs = 0; runs < 3; runs += 1) {
      await recoverStalledOrders.execute();
      fixture.clock.at += stalledAfterMs + 1;
    }
    expect(fixture.order("o").status).toBe("awaiting-payment");
    expect(await recoverStalledOrders.execute()).toBe(0);
  });

  it.each([
    ["stock-refused", ["lamp", 99], "out-of-stock"],
    ["coupon-refused", ["lamp", 1], "coupon-not-redeemable"],
  ] as const)("cancels an order that is %s", async (step, line, reason) => {
    const fixture = await openFixtureWithCoupon();
    await fixture.placeAndDeliver("other", items(["mug", 1]), "uc");
    await fixture.place("o", items(line), "uc");
    await fixture.choreography["order.placed"].inventory?.execute(eventsOf("o"));
    await fixture.choreography["stock.reserved"].redemption?.execute(eventsOf("o")).catch(() => {});
    expect(fixture.order("o")).toMatchObject({ step });
    fixture.clock.at += stalledAfterMs + 1;
    expect(await fixture.application.recoverStalledOrders.execute()).toBe(1);
    expect(fixture.order("o")).toMatchObject({ status: "cancelled", reason });
    expect(fixture.units("lamp")).toEqual([10, 0, 0]);
  });

  it("cancels only the order whose step fails, with the reason internal", async () => {
    const fixture = await openOrderFixture({ work: unreadable({ bad: ["reserveStock"] }) });
    await fixture.place("bad", items(["lamp", 1]));
    await fixture.place("good", items(["lamp", 1]));
    fixture.clock.at += stalledAfterMs + 1;
    expect(await fixture.application.recoverStalledOrders.execute()).toBe(2);
    expect(fixture.order("bad")).toMatchObject({ status: "cancelled", reason: "internal" });
    expect(fixture.order("good")).toMatchObject({ status: "pending", step: "stocked" });
  });

  it("recovers all other orders if one cannot even be cancelled, then throws its error", async () => {
    const fixture = await openOrderFixture({
      work: unreadable({ bad: ["reserveStock"], worse: ["reserveStock", "cancelOrders"] }),
    });
    await fixture.placeAndDeliver("short", items(["lamp", 99]));
    for (const id of ["worse", "bad", "good", "later"]) await fixture.place(id, items(["lamp", 1]));
    await fixture.choreography["order.placed"].inventory?.execute(eventsOf("later"));
    fixture.clock.at += stalledAfterMs + 1;
    await expect(fixture.application.recoverStalledOrders.execute()).rejects.toThrow("worse cannot be read");
    expect(fixture.order("worse")).toMatchObject({ status: "pending", step: "placed" });
    expect(fixture.order("bad")).toMatchObject({ status: "cancelled", reason: "internal" });
    expect(fixture.order("good")).toMatchObject({ status: "pending", step: "stocked" });
    expect(fixture.order("later").status).toBe("awaiting-payment");
  });
});
