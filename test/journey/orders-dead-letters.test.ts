import { describe, expect, it } from "vitest";
import { Account } from "../support/account.js";
import { profiles, startNode } from "../support/node.js";
import { Shopfront } from "../support/shopfront.js";

/** Makes every write to one order fail, as a row that is broken for good would; answers what mends it. */
const poison = async ({ db: { knex, dialect } }: Account, orderId: string) => {
  await knex.raw(
    dialect.name === "mysql"
      ? `CREATE TRIGGER poison BEFORE UPDATE ON orders FOR EACH ROW BEGIN
           IF NEW.order_id = '${orderId}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poisoned'; END IF;
         END`
      : `CREATE TRIGGER poison BEFORE UPDATE ON orders WHEN NEW.order_id = '${orderId}' BEGIN
           SELECT RAISE(ABORT, 'poisoned');
         END`,
  );
  return () => knex.raw("DROP TRIGGER poison");
};

describe.each(profiles)("a poisoned event, $name", ({ live, settings: prepare }) => {
  it.skipIf(!live)("is parked while its neighbours go on, listed, and replayed", async () => {
    const settings = await prepare();
    const shop = new Shopfront((await startNode(settings)).url);
    await shop.addProduct("cup");
    const account = Account.open(settings);
    const mend = await poison(account, "poisoned");
    const orders = ["before", "poisoned", "after"].map((orderId) => ({ orderId, shopper: "kim" }));
    for (const order of orders) await shop.place(order, [{ productId: "cup", quantity: 1 }]);
    const [before, poisoned, after] = orders as [(typeof orders)[0], (typeof orders)[0], (typeof orders)[0]];
    for (const order of [before, after]) expect((await shop.decided(order)).status).toBe("awaiting-payment");
    expect((await shop.order(poisoned)).timeline.map(({ event }) => event)).toEqual(["order.placed"]);

    // Eight tries, each after a longer pause than the one before.
    await expect.poll(() => shop.deadLetters(), { interval: 200 }).toHaveLength(1);
    const [letter] = await shop.deadLetters();
    expect(letter).toMatchObject({ type: "order.placed", group: "inventory", attempts: 8 });
    expect(letter?.error).toContain("poisoned");
    expect(letter?.event).toMatchObject({ type: "order.placed", data: { orderId: "poisoned", userId: "kim" } });

    await mend();
    const replay = () => shop.ask("POST", `/admin/dead-letters/${letter?.id}/replay`);
    expect(await replay()).toMatchObject({ status: 202, body: { id: letter?.id } });
    expect(await shop.decided(poisoned)).toMatchObject({ status: "awaiting-payment", total: 1000 });
    expect(await shop.deadLetters()).toEqual([]);
    expect(await replay()).toMatchObject({ status: 409, body: { code: "dead-letter-replayed" } });
    expect(await shop.ask("POST", "/admin/dead-letters/999999/replay")).toMatchObject({ status: 404 });
    expect(await shop.audit("cup")).toMatchObject({ onHand: 47, reserved: 3, balanced: true });
    await account.quiet();
    await account.expectPromises();
  });
});
