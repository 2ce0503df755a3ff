import { describe, expect, it } from "vitest";
import { profiles, startNode } from "../support/node.js";
import { ShopClient } from "../support/shop-client.js";
import { ShopDatabase } from "../support/shop-database.js";

/** Makes every update of one order fail. Returns a function that removes the fault. */
const breakUpdatesOf = async ({ db: { knex, dialect } }: ShopDatabase, orderId: string) => {
  await knex.raw(
    dialect.name === "mysql"
      ? `CREATE TRIGGER broken BEFORE UPDATE ON orders FOR EACH ROW BEGIN
           IF NEW.order_id = '${orderId}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken row'; END IF;
         END`
      : `CREATE TRIGGER broken BEFORE UPDATE ON orders WHEN NEW.order_id = '${orderId}' BEGIN
           SELECT RAISE(ABORT, 'broken row');
         END`,
  );
  return () => knex.raw("DROP TRIGGER broken");
};

describe.each(profiles)("an event that always fails, $name", ({ live, settings: createSettings }) => {
  it.skipIf(!live)("is parked, listed and replayed, while other orders continue", async () => {
    const settings = await createSettings();
    const shop = new ShopClient((await startNode(settings)).url);
    await shop.addProduct("cup");
    const database = ShopDatabase.open(settings);
    const repair = await breakUpdatesOf(database, "broken");
    const orderOf = (orderId: string) => ({ orderId, shopper: "kim" });
    const [before, broken, after] = [orderOf("before"), orderOf("broken"), orderOf("after")];
    for (const order of [before, broken, after]) await shop.placeOrder(order, [{ productId: "cup", quantity: 1 }]);
    for (const order of [before, after]) expect((await shop.waitForDecision(order)).status).toBe("awaiting-payment");
    expect((await shop.getOrder(broken)).timeline.map(({ event }) => event)).toEqual(["order.placed"]);

    await expect.poll(() => shop.deadLetters(), { interval: 200 }).toHaveLength(1);
    const [letter] = await shop.deadLetters();
    expect(letter).toMatchObject({ type: "order.placed", group: "inventory", attempts: 8 });
    expect(letter?.error).toContain("broken row");
    expect(letter?.event).toMatchObject({ type: "order.placed", data: { orderId: "broken", userId: "kim" } });

    await repair();
    const replay = () => shop.request("POST", `/admin/dead-letters/${letter?.id}/replay`);
    expect(await replay()).toMatchObject({ status: 202, body: { id: letter?.id } });
    expect(await shop.waitForDecision(broken)).toMatchObject({ status: "awaiting-payment", total: 1000 });
    expect(await shop.deadLetters()).toEqual([]);
    expect(await replay()).toMatchObject({ status: 409, body: { code: "dead-letter-replayed" } });
    expect(await shop.request("POST", "/admin/dead-letters/999999/replay")).toMatchObject({ status: 404 });
    expect(await shop.audit("cup")).toMatchObject({ onHand: 47, reserved: 3, balanced: true });
    await database.waitUntilIdle();
    await database.expectPromises();
  });
});
