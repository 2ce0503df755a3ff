import { describe, expect, it } from "vitest";
import { Account } from "../support/account.js";
import { profiles, startNode } from "../support/node.js";
import { type Placed, Shopfront } from "../support/shopfront.js";

const shoppers = Array.from({ length: 200 }, (_, n): Placed => ({ orderId: `order-${n}`, shopper: `shopper-${n}` }));
const line = (productId: string, quantity = 1) => ({ productId, quantity });

describe.each(profiles)("orders in a rush, $name", ({ live, settings: prepare }) => {
  // Proves: O1
  it.skipIf(!live)("200 shoppers, two lines each, the last fifty: fifty get both", async () => {
    const settings = await prepare();
    const shop = new Shopfront((await startNode(settings)).url);
    await shop.addProduct("last", { stock: 50 });
    await shop.addProduct("plenty", { stock: 10_000 });
    const lines = [line("last"), line("plenty", 2)];
    const decided = await Promise.all(
      shoppers.map(async (order, n) => {
        await shop.place(order, n % 2 === 0 ? lines : lines.toReversed());
        return { order, ...(await shop.decided(order)) };
      }),
    );
    const lucky = decided.filter(({ status }) => status === "awaiting-payment");
    expect(lucky).toHaveLength(50);
    expect(decided.filter(({ reason }) => reason === "out-of-stock")).toHaveLength(150);

    const paying = lucky.slice(0, 20);
    const leaving = lucky.slice(20, 30);
    await Promise.all([
      ...paying.map(async ({ order, total }) =>
        expect(await shop.pay(order, total, "once")).toMatchObject({ status: 201 }),
      ),
      ...leaving.map(async ({ order: { orderId, shopper } }) =>
        expect(await shop.ask("POST", `/orders/${orderId}/cancellation`, { as: shopper })).toMatchObject({
          status: 202,
        }),
      ),
    ]);
    const audit = { initial: 50, restocked: 0, onHand: 10, reserved: 20, sold: 20, balanced: true };
    expect(await shop.audit("last")).toEqual(audit);
    const other = { initial: 10_000, onHand: 9920, reserved: 40, sold: 40, balanced: true };
    expect(await shop.audit("plenty")).toMatchObject(other);
    const account = Account.open(settings);
    await account.quiet();
    await account.expectPromises();
  });

  // Proves: O4
  it.skipIf(!live)("one coupon in twenty orders at once: one redeems it", async () => {
    const settings = await prepare();
    const shop = new Shopfront((await startNode(settings)).url);
    await shop.addProduct("cup", { stock: 100 });
    const [userCouponId] = await shop.grant("welcome", ["kim"]);
    const orders = Array.from({ length: 20 }, (_, n): Placed => ({ orderId: `order-${n}`, shopper: "kim" }));
    await Promise.all(orders.map((order) => shop.place(order, [line("cup")], userCouponId)));
    const all = () => Promise.all(orders.map((order) => shop.order(order)));
    // A shopper has fewer streams than that.
    await expect.poll(async () => (await all()).filter(({ status }) => status === "pending")).toEqual([]);
    const decided = await all();
    const served = decided.filter(({ status }) => status === "awaiting-payment");
    expect(served).toMatchObject([{ discount: 300, total: 700 }]);
    expect(decided.filter(({ reason }) => reason === "coupon-not-redeemable")).toHaveLength(19);
    expect(await shop.audit("cup")).toMatchObject({ onHand: 99, reserved: 1, sold: 0, balanced: true });

    const orderId = served[0]?.orderId;
    expect(await shop.ask("POST", `/orders/${orderId}/cancellation`, { as: "kim" })).toMatchObject({ status: 202 });
    const again = { orderId: "again", shopper: "kim" };
    await shop.place(again, [line("cup")], userCouponId);
    const { status, total } = await shop.decided(again);
    expect({ status, total }).toEqual({ status: "awaiting-payment", total: 700 });
    expect(await shop.pay(again, total, "once")).toMatchObject({ status: 201 });
    const account = Account.open(settings);
    await account.quiet();
    await account.expectPromises();
  });
});
