import { describe, expect, it } from "vitest";
import { rowsIn } from "../../support/coupon-data.js";
import { operator } from "../../support/operator.js";
import { money, orderId, productId } from "../../support/order-data.js";
import { ann, ben, items, openOrderFixture, rejectionOf, ttlMs } from "./order-fixture.js";

describe("placing an order", () => {
  it("merges its lines, takes the current prices, and sends its event in the same commit", async () => {
    const fixture = await openOrderFixture();
    const { placed, order } = await fixture.place("o", items(["mug", 1], ["lamp", 2], ["mug", 3]));
    expect(placed).toBe(true);
    expect(order).toMatchObject({
      status: "pending",
      step: "placed",
      lines: [
        { productId: "lamp", quantity: 2, unitPrice: 1000 },
        { productId: "mug", quantity: 4, unitPrice: 300 },
      ],
      subtotal: 3200,
      discount: 0,
      expiresAt: fixture.clock.at + ttlMs,
    });
    expect(fixture.order("o")).toEqual(order);
    expect(fixture.ledger.unsent()).toBe(1);
  });

  it("keeps its prices when a product becomes more expensive", async () => {
    const fixture = await openOrderFixture();
    await fixture.place("o", items(["lamp", 1]));
    await fixture.application.changeProduct.execute(productId("lamp"), { unitPrice: money(9999) }, operator);
    await fixture.deliverEvents();
    expect(fixture.order("o")).toMatchObject({ status: "awaiting-payment", subtotal: 1000 });
    expect((await fixture.place("p", items(["lamp", 1]))).order.subtotal).toBe(9999);
  });

  it("returns the current order to a repeated request, and rejects any other request under its id", async () => {
    const fixture = await openOrderFixture();
    fixture.ledger.addCoupon("uc", "ann", { type: "fixed", value: money(100) });
    await fixture.placeAndDeliver("o", items(["lamp", 2], ["mug", 1]));
    const repeated = await fixture.place("o", items(["mug", 1], ["lamp", 1], ["lamp", 1]));
    expect(repeated).toMatchObject({ placed: false, order: { status: "awaiting-payment" } });
    for (const other of [
      fixture.place("o", items(["lamp", 3], ["mug", 1])),
      fixture.place("o", items(["lamp", 2])),
      fixture.place("o", items(["lamp", 2], ["mug", 1]), "uc"),
      fixture.place("o", items(["lamp", 2], ["mug", 1]), null, ben),
    ])
      expect(await rejectionOf(other)).toBe("id-taken");
    expect(fixture.timeline("o")).toEqual(["order.placed", "stock.reserved", "order.priced"]);
    expect(fixture.units("lamp")).toEqual([8, 2, 0]);
  });

  it("returns the order to a repeated request even if it would be too large at the current prices", async () => {
    const fixture = await openOrderFixture();
    fixture.ledger.addProduct("gold", 500_000_000, 5);
    await fixture.placeAndDeliver("o", items(["gold", 2]));
    await fixture.application.changeProduct.execute(productId("gold"), { unitPrice: money(600_000_000) }, operator);
    const repeated = await fixture.place("o", items(["gold", 2]));
    expect(repeated).toMatchObject({ placed: false, order: { subtotal: 1_000_000_000 } });
  });

  it("places one order for two concurrent equal requests", async () => {
    const fixture = await openOrderFixture();
    const both = await Promise.all([fixture.place("o", items(["lamp", 1])), fixture.place("o", items(["lamp", 1]))]);
    expect(both.map(({ placed }) => placed).sort()).toEqual([false, true]);
    expect(fixture.ledger.unsent()).toBe(1);
  });

  it.each([
    ["an unknown product", items(["lamp", 1], ["rug", 1]), null, "product-not-found"],
    ["an unknown coupon", items(["lamp", 1]), "none", "coupon-not-found"],
    ["another shopper's coupon", items(["lamp", 1]), "bens", "coupon-not-found"],
    ["a subtotal above the greatest amount", items(["gold", 2]), null, "order-too-large"],
  ] as const)("rejects %s, and changes nothing", async (_, wanted, coupon, code) => {
    const fixture = await openOrderFixture();
    fixture.ledger.addProduct("gold", 1_000_000_000, 5);
    fixture.ledger.addCoupon("bens", "ben", { type: "fixed", value: money(100) });
    const request = { orderId: orderId("o"), userId: ann, items: wanted, userCouponId: coupon as never };
    expect(await rejectionOf(fixture.application.placeOrder.execute(request))).toBe(code);
    expect([await rowsIn(fixture.db, "orders"), fixture.ledger.unsent()]).toEqual([0, 0]);
  });

  it("accepts the greatest amount", async () => {
    const fixture = await openOrderFixture();
    fixture.ledger.addProduct("gold", 1_000_000_000, 5);
    expect(await fixture.placeAndDeliver("o", items(["gold", 1]))).toMatchObject({ subtotal: 1_000_000_000 });
  });
});
