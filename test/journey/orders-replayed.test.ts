import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it, onTestFinished } from "vitest";
import { consumerGroups } from "../../src/application/choreography.js";
import { backendUrls } from "../support/backends.js";
import { type Node, profiles, runToExit, type Settings, startNode } from "../support/node.js";
import { hasEnded, type PlacedOrder, ShopClient } from "../support/shop-client.js";
import { ShopDatabase } from "../support/shop-database.js";

/** Copies every event of the outbox to another table. */
const copyEvents = async ({ db: { knex, dialect } }: ShopDatabase) => {
  await knex.raw("CREATE TABLE copied (event_id VARCHAR(160) NOT NULL, payload TEXT NOT NULL)");
  const insert = "INSERT INTO copied (event_id, payload) VALUES (NEW.event_id, NEW.payload)";
  const trigger = "CREATE TRIGGER copy_events AFTER INSERT ON outbox FOR EACH ROW";
  await knex.raw(dialect.name === "mysql" ? `${trigger} ${insert}` : `${trigger} BEGIN ${insert}; END`);
};

/** Inserts the copied events into the outbox again, in reverse order. Returns their number. */
const insertEventsAgain = async ({ db: { knex } }: ShopDatabase): Promise<number> => {
  await knex.raw("DROP TRIGGER copy_events");
  const events = await knex("copied").select("event_id", "payload");
  await knex.batchInsert("outbox", events.toReversed(), 500);
  return events.length;
};

/** Places ten orders: for each of two shoppers one per possible end, and one that stays unpaid. */
const runOrders = async (shop: ShopClient): Promise<void> => {
  await shop.addProduct("cup");
  await shop.addProduct("rare", { stock: 1 });
  const shoppers = ["kim", "lee"];
  const coupons = await shop.issueCoupons("welcome", shoppers);
  await Promise.all(
    shoppers.map(async (shopper, n) => {
      const orderOf = (name: string): PlacedOrder => ({ orderId: `${name}-of-${shopper}`, shopper });
      const place = async (name: string, productId: string, userCouponId?: string) => {
        await shop.placeOrder(orderOf(name), [{ productId, quantity: 2 }], userCouponId);
        return shop.waitForDecision(orderOf(name));
      };
      const paid = await place("paid", "cup", coupons[n]);
      expect(paid).toMatchObject({ status: "awaiting-payment", discount: 300 });
      expect(await place("same-coupon", "cup", coupons[n])).toMatchObject({ reason: "coupon-not-redeemable" });
      expect(await place("too-much", "rare")).toMatchObject({ reason: "out-of-stock" });
      expect(await shop.pay(orderOf("paid"), paid.total, "key")).toMatchObject({ status: 201 });
      await place("cancelled", "cup");
      await shop.cancelOrder(orderOf("cancelled"));
      await place("unpaid", "cup");
    }),
  );
};

const lagsOf = async ({ url }: Node): Promise<readonly string[]> => {
  const metrics = await (await fetch(new URL("/metrics", url))).text();
  return [...metrics.matchAll(/consumer_lag\{group="[^"]+"\} (\d+)/g)].map(([, lag]) => lag ?? "");
};
const waitForZeroLag = (node: Node) =>
  expect.poll(() => lagsOf(node), { interval: 200 }).toEqual(consumerGroups.map(() => "0"));

/** Places and pays one more order. */
const expectNextOrderWorks = async (shop: ShopClient): Promise<void> => {
  const order = { orderId: "afterwards", shopper: "ann" };
  await shop.placeOrder(order, [{ productId: "cup", quantity: 1 }]);
  expect((await shop.waitForDecision(order)).status).toBe("awaiting-payment");
  await shop.pay(order, 1000, "key");
  expect(await shop.followOrder(order, hasEnded)).toMatchObject({ status: "confirmed" });
};

describe.each(profiles)("redelivery of all events of orders, $name", ({ name, live, settings: createSettings }) => {
  /** Runs orders until all events are processed, redelivers the events while no service runs, and starts it again. */
  const expectNoChange = async (redeliver: (settings: Settings, database: ShopDatabase) => Promise<unknown>) => {
    const settings = await createSettings();
    if (name === "embedded") expect(await runToExit({ ...settings, ROLES: "migrate" })).toMatchObject({ code: 0 });
    const database = ShopDatabase.open(settings);
    await copyEvents(database);
    const first = await startNode(settings);
    await runOrders(new ShopClient(first.url));
    await waitForZeroLag(first);
    await database.waitUntilIdle();
    const before = await database.allRows();
    expect(before).toMatchObject({ orders: { length: 10 }, sales: { length: 2 } });
    await database.expectPromises();
    await first.stop();

    await redeliver(settings, database);
    const second = await startNode(settings);
    await database.waitUntilIdle();
    await waitForZeroLag(second);
    expect(await database.allRows()).toEqual(before);
    const shop = new ShopClient(second.url);
    expect(await shop.deadLetters()).toEqual([]);
    await expectNextOrderWorks(shop);
    await database.waitUntilIdle();
    await database.expectPromises();
  };

  // Proves: O3
  it.skipIf(!live)("changes nothing when the outbox sends them again in reverse order", () =>
    expectNoChange(async (_, database) => expect(await insertEventsAgain(database)).toBeGreaterThan(30)),
  );

  it.skipIf(!live || name !== "kafka")("changes nothing when consumers read all topics from the beginning", () =>
    expectNoChange(async ({ TOPIC_PREFIX = "" }) => {
      const admin = new Kafka({ brokers: backendUrls.kafka?.split(",") ?? [], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      onTestFinished(() => admin.disconnect());
      // A group without stored offsets starts at the beginning of its topics.
      await admin.deleteGroups(consumerGroups.map((group) => `${TOPIC_PREFIX}rushboard.${group}`));
    }),
  );
});
