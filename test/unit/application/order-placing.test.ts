import { describe, expect, it } from "vitest";
import type { ProductId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { rowsIn } from "../../support/drop.js";
import { ann, ben, items, openOrderHouse, orderId, refusalOf, ttlMs } from "./order-house.js";

describe("placing an order", () => {
  it("merges its lines, takes the prices of now, and tells of it in the same commit", async () => {
    const house = await openOrderHouse();
    const { placed, order } = await house.place("o", items(["mug", 1], ["lamp", 2], ["mug", 3]));
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
      expiresAt: house.clock.at + ttlMs,
    });
    expect(house.order("o")).toEqual(order);
    expect(house.ledger.unsent()).toBe(1);
  });

  it("keeps its prices whatever a product costs later", async () => {
    const house = await openOrderHouse();
    await house.place("o", items(["lamp", 1]));
    await house.shop.changeProduct.execute(items(["lamp", 1])[0]?.productId as ProductId, { unitPrice: 9999 as Money });
    await house.quiet();
    expect(house.order("o")).toMatchObject({ status: "awaiting-payment", subtotal: 1000 });
    expect((await house.place("p", items(["lamp", 1]))).order.subtotal).toBe(9999);
  });

  it("again answers the order as it stands; anything else under its id is refused", async () => {
    const house = await openOrderHouse();
    house.ledger.addCoupon("uc", "ann", { type: "fixed", value: 100 as Money });
    await house.placed("o", items(["lamp", 2], ["mug", 1]));
    const again = await house.place("o", items(["mug", 1], ["lamp", 1], ["lamp", 1]));
    expect(again).toMatchObject({ placed: false, order: { status: "awaiting-payment" } });
    for (const other of [
      house.place("o", items(["lamp", 3], ["mug", 1])),
      house.place("o", items(["lamp", 2])),
      house.place("o", items(["lamp", 2], ["mug", 1]), "uc"),
      house.place("o", items(["lamp", 2], ["mug", 1]), null, ben),
    ])
      expect(await refusalOf(other)).toBe("id-taken");
    expect(house.timeline("o")).toEqual(["order.placed", "stock.reserved", "order.priced"]);
    expect(house.units("lamp")).toEqual([8, 2, 0]);
  });

  it("again answers the order though its products have become dearer than any order may be", async () => {
    const house = await openOrderHouse();
    house.ledger.addProduct("gold", 500_000_000, 5);
    const wanted = items(["gold", 2]);
    await house.placed("o", wanted);
    await house.shop.changeProduct.execute(wanted[0]?.productId as ProductId, { unitPrice: 600_000_000 as Money });
    expect(await house.place("o", wanted)).toMatchObject({ placed: false, order: { subtotal: 1_000_000_000 } });
  });

  it("of the same order by two requests at once happens once", async () => {
    const house = await openOrderHouse();
    const both = await Promise.all([house.place("o", items(["lamp", 1])), house.place("o", items(["lamp", 1]))]);
    expect(both.map(({ placed }) => placed).sort()).toEqual([false, true]);
    expect(house.ledger.unsent()).toBe(1);
  });

  it.each([
    ["an unknown product", items(["lamp", 1], ["rug", 1]), null, "product-not-found"],
    ["an unknown coupon", items(["lamp", 1]), "none", "coupon-not-found"],
    ["another's coupon", items(["lamp", 1]), "bens", "coupon-not-found"],
    ["more than the greatest amount", items(["gold", 2]), null, "order-too-large"],
  ] as const)("with %s is refused, and nothing changes", async (_, wanted, coupon, code) => {
    const house = await openOrderHouse();
    house.ledger.addProduct("gold", 1_000_000_000, 5);
    house.ledger.addCoupon("bens", "ben", { type: "fixed", value: 100 as Money });
    const request = { orderId: orderId("o"), userId: ann, items: wanted, userCouponId: coupon as never };
    expect(await refusalOf(house.shop.placeOrder.execute(request))).toBe(code);
    expect([await rowsIn(house.db, "orders"), house.ledger.unsent()]).toEqual([0, 0]);
  });

  it("of the greatest amount is taken", async () => {
    const house = await openOrderHouse();
    house.ledger.addProduct("gold", 1_000_000_000, 5);
    expect(await house.placed("o", items(["gold", 1]))).toMatchObject({ subtotal: 1_000_000_000 });
  });
});
