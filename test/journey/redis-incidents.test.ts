import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RedisClusterServers, startRedisCluster } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { type Node, settingsOnBackends, startNode } from "../support/node.js";
import { type RedisPair, startRedisPair } from "../support/redis-pair.js";

const createCoupon = async (node: Node) => {
  const couponId = randomUUID();
  const coupon = { couponId, name: "Incident", quantity: 1000, discount: { type: "fixed", value: 1 } };
  expect(await node.client.call("POST", "/api/v1/coupons", "operator", coupon)).toMatchObject({ status: 201 });
  return couponId;
};

const claim = (node: Node, couponId: string) =>
  node.client.call("POST", `/api/v1/coupons/${couponId}/claims`, `shopper-${randomUUID()}`);

const readiness = async ({ url }: Node) => (await fetch(new URL("/readyz", url))).json();

const live = Boolean(backendUrls.database && backendUrls.redis && backendUrls.redisCluster);

describe.skipIf(!live)("an incident of Redis", () => {
  let pair: RedisPair;
  let node: Node;
  let couponId: string;
  beforeAll(async () => {
    pair = await startRedisPair();
  });
  afterAll(() => pair?.stop());

  const open = async () => {
    node = await startNode(await settingsOnBackends(backendUrls.database ?? "", pair.url));
    couponId = await createCoupon(node);
    await expect.poll(() => readiness(node)).toMatchObject({ status: "ready" });
    expect(await claim(node, couponId)).toMatchObject({ status: 202 });
  };
  /** Requests are rejected with this reason, boards are served, and the node reports the reason. */
  const expectRejected = async (reason: string) => {
    await expect
      .poll(() => claim(node, couponId))
      .toMatchObject({ status: 503, body: { detail: expect.stringContaining(reason) } });
    await expect
      .poll(() => readiness(node))
      .toMatchObject({ status: "degraded", checks: { redis: expect.stringContaining(reason) } });
    for (const board of ["/api/v1/rankings/products?window=1d", "/api/v1/rankings/sold-out?board=fastest"])
      expect(await node.client.call("GET", board, "shopper")).toMatchObject({ status: 200 });
    const { status } = await claim(node, couponId);
    expect(status).toBe(503);
  };
  const expectRecovered = async () => {
    await expect.poll(() => readiness(node)).toMatchObject({ status: "ready" });
    expect(await claim(node, couponId)).toMatchObject({ status: 202 });
  };

  // Proves: A2, A4
  it("is over without a restart: a failover, narrowed access rules, no memory", async () => {
    await open();
    const statuses = new Set<number>();
    await pair.failOver();
    for (let n = 0; n < 50; n += 1) statuses.add((await claim(node, couponId)).status);
    expect(statuses).toEqual(new Set([202]));
    await expect.poll(() => pair.connectionsTo(0)).toBe(1);
    await expectRecovered();

    const [, master] = pair.admins;
    await master.acl("SETUSER", "default", "-@scripting");
    await expectRejected("does not permit");
    await master.acl("SETUSER", "default", "+@all");
    await expectRecovered();

    await master.config("SET", "maxmemory", "1");
    await expectRejected("out of memory");
    await master.config("SET", "maxmemory", "0");
    await expectRecovered();
  });
});

describe.skipIf(!live)("REDIS_URL with one address of a Cluster", () => {
  let cluster: RedisClusterServers;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster?.stop());

  it("serves every coupon", async () => {
    const node = await startNode(await settingsOnBackends(backendUrls.database ?? "", cluster.urls[0] ?? ""));
    for (let n = 0; n < 12; n += 1) expect(await claim(node, await createCoupon(node))).toMatchObject({ status: 202 });
    await expect.poll(() => readiness(node)).toMatchObject({ status: "ready" });
  });

  it("serves few coupons through a client of a single server (negative control)", async () => {
    const single = new Redis(cluster.urls[0] ?? "");
    onTestFinished(async () => single.disconnect());
    const writes = Array.from({ length: 12 }, (_, n) => single.set(`{coupon:${n}}:stock`, "1"));
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThan(2);
  });
});
