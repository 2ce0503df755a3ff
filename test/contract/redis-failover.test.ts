import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openRedis, type RedisClient } from "../../src/adapters/redis/redis-client.js";
import { RedisCouponQueue } from "../../src/adapters/redis/redis-coupon-queue.js";
import { redisTaskNotices } from "../../src/adapters/redis/redis-notices.js";
import type { Task } from "../../src/domain/task.js";
import { type RedisClusterServers, startRedis, startRedisCluster } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { startRedisPair } from "../support/redis-pair.js";
import { TcpRelay, targetOf } from "../support/tcp-relay.js";
import { waitOptions } from "../support/wait-options.js";
import { freshCoupon, image, joinOne, shopper, task } from "./coupon-stores/stores-under-test.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const started = async <Server extends { stop(): Promise<unknown> }>(starting: Promise<Server>): Promise<Server> => {
  const server = await starting;
  closing.push(() => server.stop());
  return server;
};

/** A started client, and its queue. */
const connected = async (url: string) => {
  const client = openRedis(url);
  closing.push(() => client.stop());
  await client.start();
  return { client, queue: new RedisCouponQueue(client) };
};

/** Opens a coupon and joins it, for enough coupons that every master of a Cluster has some. */
const serveTwentyCoupons = async (url: string): Promise<RedisClient> => {
  const { client, queue } = await connected(url);
  for (let n = 0; n < 20; n += 1) {
    const coupon = freshCoupon();
    await queue.load(coupon, image({ quantity: 10 }));
    expect(await joinOne(queue, coupon, shopper(1), task(1), 1)).toMatchObject({ kind: "admitted" });
  }
  return client;
};

const settledTask: Task = {
  taskId: task(1),
  couponId: freshCoupon(),
  position: 1,
  status: "failed",
  reason: "internal",
};

describe.skipIf(backendUrls.redis === undefined)("a failover of a single Redis behind one address", () => {
  // Proves: A3
  it("moves every connection to the new master, and no command fails", async () => {
    const pair = await started(startRedisPair());
    const { client, queue } = await connected(pair.url);
    const received: Task[] = [];
    const notices = redisTaskNotices(client, () => {});
    await notices.start();
    notices.subscribe(settledTask.taskId, (each) => received.push(each));
    const coupon = freshCoupon();
    await queue.load(coupon, image({ quantity: 1000 }));
    expect(await pair.connectionsTo(0)).toBe(3);

    await pair.failOver();
    const joins = await Promise.all(
      Array.from({ length: 50 }, (_, n) => joinOne(queue, coupon, shopper(n), task(n), 1)),
    );
    expect(new Set(joins.map(({ kind }) => kind))).toEqual(new Set(["admitted"]));
    await vi.waitFor(async () => {
      notices.announce([settledTask]);
      expect(received.length).toBeGreaterThan(0);
      // Only the one that the test itself uses is left.
      expect(await pair.connectionsTo(0)).toBe(1);
    }, waitOptions);
  });

  // Negative control: A3
  it("keeps a client on the old master that ignores what the replies show", async () => {
    const pair = await started(startRedisPair());
    const plain = new Redis(pair.url);
    closing.push(async () => plain.disconnect());
    await plain.set("key", "value");
    await pair.failOver();
    for (let n = 0; n < 5; n += 1) await expect(plain.set("key", "value")).rejects.toThrow("READONLY");
  });

  it("is also found by a probe, without traffic", async () => {
    const pair = await started(startRedisPair());
    const { client } = await connected(pair.url);
    await pair.failOver();
    await client.ping();
    await vi.waitFor(async () => expect(await pair.connectionsTo(0)).toBe(1), waitOptions);
  });
});

describe.skipIf(backendUrls.redisCluster === undefined)("an address of Redis", () => {
  let cluster: RedisClusterServers;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster?.stop());

  it("with one node of a Cluster leads to the whole Cluster", async () => {
    await (await serveTwentyCoupons(cluster.urls[0] ?? "")).ping();
  });

  it("with one node of a Cluster works without the permission to read the server's kind", async () => {
    for (const url of cluster.urls) {
      const admin = new Redis(url);
      await admin.acl("SETUSER", "limited", "on", ">secret", "allkeys", "allchannels", "+@all", "-info");
      admin.disconnect();
    }
    const { client, queue } = await connected((cluster.urls[0] ?? "").replace("//", "//limited:secret@"));
    for (let n = 0; n < 20; n += 1) {
      const coupon = freshCoupon();
      await vi.waitFor(() => queue.load(coupon, image({ quantity: 10 })), waitOptions);
    }
    await client.ping();
  });

  it("with several single servers leads to the master among them", async () => {
    const pair = await started(startRedisPair());
    const [master, replica] = pair.servers.map(({ url }) => url);
    await serveTwentyCoupons(`${replica},${master}`);
    await pair.failOver();
    const { client } = await connected(`${replica},${master}`);
    await client.ping();
  });

  it("is found to be of another kind when the server behind it is replaced", async () => {
    const single = await started(startRedis());
    const relay = await started(TcpRelay.start(targetOf(single.url)));
    const url = `redis://127.0.0.1:${relay.port}`;
    const { client, queue } = await connected(url);
    await client.ping();
    relay.switchTo(targetOf(cluster.urls[0] ?? ""));
    await single.stop();
    const coupon = freshCoupon();
    await vi.waitFor(() => queue.load(coupon, image({ quantity: 10 })), waitOptions);
    await vi.waitFor(() => client.ping(), waitOptions);
  });
});
