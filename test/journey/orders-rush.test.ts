import { describe, expect, it } from "vitest";
import { profiles, sharedNode } from "../support/node.js";
import { type PlacedOrder, ShopClient } from "../support/shop-client.js";
import { ShopDatabase } from "../support/shop-database.js";

const line = (productId: string, quantity = 1) => ({ productId, quantity });

const expectPromises = async (database: ShopDatabase) => {
  await database.waitUntilIdle();
  await database.expectPromises();
};

describe.each(profiles)("concurrent orders, $name", (profile) => {
  describe.skipIf(!profile.live)("in one process", () => {
    const shared = sharedNode(profile);

    // Proves: O1
    it("200 orders of two products, one with 50 units: 50 orders get both", async () => {
      const shop = new ShopClient(shared.node.url);
      await shop.addProduct("scarce", { stock: 50 });
      await shop.addProduct("plenty", { stock: 10_000 });
      const lines = [line("scarce"), line("plenty", 2)];
      const orders = Array.from({ length: 200 }, (_, n) => ({ orderId: `rush-${n}`, shopper: `shopper-${n}` }));
      const decided = await Promise.all(
        orders.map(async (order, n) => {
          await shop.placeOrder(order, n % 2 === 0 ? lines : lines.toReversed());
          return { order, ...(await shop.waitForDecision(order)) };
        }),
      );
      const accepted = decided.filter(({ status }) => status === "awaiting-payment");
      expect(accepted).toHaveLength(50);
      expect(decided.filter(({ reason }) => reason === "out-of-stock")).toHaveLength(150);

      await Promise.all([
        ...accepted
          .slice(0, 20)
          .map(async ({ order, total }) => expect(await shop.pay(order, total, "once")).toMatchObject({ status: 201 })),
        ...accepted
          .slice(20, 30)
          .map(async ({ order }) => expect(await shop.cancelOrder(order)).toMatchObject({ status: 202 })),
      ]);
      const audit = { initial: 50, restocked: 0, onHand: 10, reserved: 20, sold: 20, balanced: true };
      expect(await shop.audit("scarce")).toEqual(audit);
      const otherAudit = { initial: 10_000, onHand: 9920, reserved: 40, sold: 40, balanced: true };
      expect(await shop.audit("plenty")).toMatchObject(otherAudit);
      await expectPromises(ShopDatabase.open(shared.settings));
    });

    // Proves: O4
    it("20 orders with the same coupon: one redeems it", async () => {
      const shop = new ShopClient(shared.node.url);
      await shop.addProduct("cup", { stock: 100 });
      const [userCouponId] = await shop.issueCoupons("welcome", ["kim"]);
      const orders = Array.from({ length: 20 }, (_, n): PlacedOrder => ({ orderId: `order-${n}`, shopper: "kim" }));
      await Promise.all(orders.map((order) => shop.placeOrder(order, [line("cup")], userCouponId)));
      // Polls, because one shopper may not have 20 open streams.
      const states = () => Promise.all(orders.map((order) => shop.getOrder(order)));
      await expect.poll(async () => (await states()).filter(({ status }) => status === "pending")).toEqual([]);
      const decided = await states();
      const accepted = decided.filter(({ status }) => status === "awaiting-payment");
      expect(accepted).toMatchObject([{ discount: 300, total: 700 }]);
      expect(decided.filter(({ reason }) => reason === "coupon-not-redeemable")).toHaveLength(19);
      expect(await shop.audit("cup")).toMatchObject({ onHand: 99, reserved: 1, sold: 0, balanced: true });

      const cancelled = { orderId: String(accepted[0]?.orderId), shopper: "kim" };
      expect(await shop.cancelOrder(cancelled)).toMatchObject({ status: 202 });
      const next = { orderId: "next", shopper: "kim" };
      await shop.placeOrder(next, [line("cup")], userCouponId);
      const { status, total } = await shop.waitForDecision(next);
      expect({ status, total }).toEqual({ status: "awaiting-payment", total: 700 });
      expect(await shop.pay(next, total, "once")).toMatchObject({ status: 201 });
      await expectPromises(ShopDatabase.open(shared.settings));
    });
  });
});
