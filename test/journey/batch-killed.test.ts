import { Redis } from "ioredis";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { couponKeys } from "../../src/adapters/redis/redis-keys.js";
import { couponId as idOf } from "../support/coupon-data.js";
import { type Node, profiles, restartNode, type Settings, startNode } from "../support/node.js";
import { waitOptions } from "../support/wait-options.js";

const couponId = "batch";
const quantity = 40;
const shoppers = Array.from({ length: 60 }, (_, n) => `shopper-${n}`);
const path = `/api/v1/coupons/${couponId}/claims`;
const { queue } = couponKeys(idOf(couponId));

/** A service with a coupon, and connections to its Redis and its database. */
const startWithCoupon = async (settings: Settings) => {
  const node = await startNode(settings);
  const coupon = { couponId, name: "Batch", quantity, discount: { type: "percent", value: 10 } };
  expect((await node.client.call("POST", "/api/v1/coupons", "operator", coupon, ["admin"])).status).toBe(201);
  const redis = new Redis(settings.REDIS_URL ?? "");
  const database = await createConnection({ uri: settings.DATABASE_URL ?? "" });
  onTestFinished(async () => {
    redis.disconnect();
    await database.end();
  });
  return { node, redis, database };
};

const countRows = async (database: Connection, table: string): Promise<number> => {
  const [[row]] = await database.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${table}`);
  return Number(row?.n);
};

/** Ends the statements of the killed process, which the server would otherwise complete when the lock is released. */
const killOtherConnections = async (database: Connection): Promise<void> => {
  const sql = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
  const [others] = await database.query<RowDataPacket[]>(sql);
  for (const { id } of others) await database.query(`KILL ${Number(id)}`).catch(() => {});
};

/** Claims for every shopper; returns their positions by shopper once all claims are settled. */
const settleAll = async ({ client }: Node): Promise<ReadonlyMap<string, number>> => {
  const positions = new Map<string, number>();
  for (const shopper of shoppers) {
    const { status, body } = await client.callWithRetry("POST", path, shopper);
    expect([200, 202, 409]).toContain(status);
    if (status !== 409) positions.set(shopper, body.position as number);
  }
  await vi.waitFor(async () => {
    const { body } = await client.callWithRetry("GET", `/api/v1/coupons/${couponId}/audit`, "operator", undefined, [
      "admin",
    ]);
    expect(body).toMatchObject({ balanced: true, issued: quantity });
  }, waitOptions);
  return positions;
};

const journal = profiles.find(({ name }) => name === "journal");

describe.skipIf(!journal?.live)("a batch of claims whose process is killed", () => {
  const createSettings = () => (journal as NonNullable<typeof journal>).settings();

  // Proves: C1, C3
  it("keeps its places between the join and the insert", async () => {
    const settings = await createSettings();
    const { node, redis, database } = await startWithCoupon(settings);
    await database.query("BEGIN");
    await database.query("SELECT epoch FROM coupon_epochs WHERE coupon_id = ? FOR UPDATE", [couponId]);
    const clicks = shoppers.map((shopper) => node.client.call("POST", path, shopper).catch(() => {}));
    await vi.waitFor(async () => expect(await redis.zcard(queue)).toBeGreaterThan(0), waitOptions);
    await node.kill();
    await Promise.all(clicks);
    await killOtherConnections(database);
    await database.query("ROLLBACK");
    expect(await countRows(database, "coupon_claims")).toBe(0);
    const joined = await redis.zrange(queue, "0", "-1");

    const positions = await settleAll(await restartNode(node, settings));
    expect(joined.map((shopper) => positions.get(shopper))).toEqual(joined.map((_, index) => index + 1));
  });

  // Proves: C3
  it("is settled although it was killed between the insert and the publish", async () => {
    const settings = await createSettings();
    const { node, database } = await startWithCoupon(settings);
    await database.query("LOCK TABLES deliveries WRITE");
    const clicks = await Promise.all(shoppers.map((shopper) => node.client.callWithRetry("POST", path, shopper)));
    // On a busy machine a click may get 503 first, and then 200 for its place.
    expect(clicks.filter(({ status }) => status === 409)).toHaveLength(shoppers.length - quantity);
    await node.kill();
    await killOtherConnections(database);
    await database.query("UNLOCK TABLES");
    expect(await countRows(database, "coupon_claims")).toBe(quantity);
    expect(await countRows(database, "deliveries")).toBe(0);

    await settleAll(await restartNode(node, settings));
    expect(await countRows(database, "user_coupons")).toBe(quantity);
  });
});
