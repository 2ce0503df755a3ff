import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it, onTestFinished } from "vitest";
import { consumerGroups } from "../../src/application/choreography.js";
import { Account } from "../support/account.js";
import { engines } from "../support/backends.js";
import { type Node, profiles, runToEnd, type Settings, startNode } from "../support/node.js";
import { hasEnded, type Placed, Shopfront } from "../support/shopfront.js";

/** Keeps a copy of every event that leaves through the outbox. */
const keepEvents = async ({ db: { knex, dialect } }: Account) => {
  await knex.raw("CREATE TABLE kept (event_id VARCHAR(160) NOT NULL, payload TEXT NOT NULL)");
  const copy = "INSERT INTO kept (event_id, payload) VALUES (NEW.event_id, NEW.payload)";
  const each = "CREATE TRIGGER keep AFTER INSERT ON outbox FOR EACH ROW";
  await knex.raw(dialect.name === "mysql" ? `${each} ${copy}` : `${each} BEGIN ${copy}; END`);
};

/** Puts them into the outbox again, the last first, as if nobody had noted that they were sent. */
const sendAgain = async ({ db: { knex } }: Account): Promise<number> => {
  await knex.raw("DROP TRIGGER keep");
  const kept = await knex("kept").select("event_id", "payload");
  await knex.batchInsert("outbox", kept.toReversed(), 500);
  return kept.length;
};

/** Orders that come to every end, two of each, and two that are still to be paid. */
const sell = async (shop: Shopfront): Promise<void> => {
  await shop.addProduct("cup");
  await shop.addProduct("rare", { stock: 1 });
  const shoppers = ["kim", "lee"];
  const coupons = await shop.grant("welcome", shoppers);
  await Promise.all(
    shoppers.map(async (shopper, n) => {
      const order = (name: string): Placed => ({ orderId: `${name}-of-${shopper}`, shopper });
      const place = async (name: string, productId: string, userCouponId?: string) => {
        await shop.place(order(name), [{ productId, quantity: 2 }], userCouponId);
        return shop.decided(order(name));
      };
      const paid = await place("paid", "cup", coupons[n]);
      expect(paid).toMatchObject({ status: "awaiting-payment", discount: 300 });
      expect(await place("second", "cup", coupons[n])).toMatchObject({ reason: "coupon-not-redeemable" });
      expect(await place("too-much", "rare")).toMatchObject({ reason: "out-of-stock" });
      expect(await shop.pay(order("paid"), paid.total, "key")).toMatchObject({ status: 201 });
      await place("taken-back", "cup");
      await shop.ask("POST", `/orders/taken-back-of-${shopper}/cancellation`, { as: shopper });
      await place("unpaid", "cup");
    }),
  );
};

const lagOf = async ({ url }: Node): Promise<readonly string[]> => {
  const metrics = await (await fetch(new URL("/metrics", url))).text();
  return [...metrics.matchAll(/consumer_lag\{group="[^"]+"\} (\d+)/g)].map(([, lag]) => lag ?? "");
};
const heardAll = (node: Node) =>
  expect.poll(() => lagOf(node), { interval: 200 }).toEqual(consumerGroups.map(() => "0"));

/** Whether the service still does its work after all that. */
const expectAlive = async (shop: Shopfront): Promise<void> => {
  const order = { orderId: "afterwards", shopper: "ann" };
  await shop.place(order, [{ productId: "cup", quantity: 1 }]);
  expect((await shop.decided(order)).status).toBe("awaiting-payment");
  await shop.pay(order, 1000, "key");
  expect(await shop.follow(order, hasEnded)).toMatchObject({ status: "confirmed" });
};

describe.each(profiles)("every event of orders again, $name", ({ name, live, settings: prepare }) => {
  /** A day's sale, all of it at rest; `again` comes while nobody serves. */
  const expectNothingChanges = async (again: (settings: Settings, account: Account) => Promise<unknown>) => {
    const settings = await prepare();
    if (name === "embedded") expect(await runToEnd({ ...settings, ROLES: "migrate" })).toMatchObject({ code: 0 });
    const account = Account.open(settings);
    await keepEvents(account);
    const first = await startNode(settings);
    await sell(new Shopfront(first.url));
    await heardAll(first);
    await account.quiet();
    const before = await account.everything();
    expect(before).toMatchObject({ orders: { length: 10 }, sales: { length: 2 } });
    await account.expectPromises();
    await first.stop();

    await again(settings, account);
    const second = await startNode(settings);
    await account.quiet();
    await heardAll(second);
    expect(await account.everything()).toEqual(before);
    const shop = new Shopfront(second.url);
    expect(await shop.deadLetters()).toEqual([]);
    await expectAlive(shop);
    await account.quiet();
    await account.expectPromises();
  };

  // Proves: O3
  it.skipIf(!live)("from the outbox, the last first: nothing changes", () =>
    expectNothingChanges(async (_, account) => expect(await sendAgain(account)).toBeGreaterThan(30)),
  );

  it.skipIf(!live || name !== "kafka")("from each topic's beginning: nothing changes", () =>
    expectNothingChanges(async ({ TOPIC_PREFIX = "" }) => {
      const admin = new Kafka({ brokers: engines.kafka?.split(",") ?? [], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      onTestFinished(() => admin.disconnect());
      // A group that the broker does not know begins where its topics begin.
      await admin.deleteGroups(consumerGroups.map((group) => `${TOPIC_PREFIX}rushboard.${group}`));
    }),
  );
});
