import { afterEach, describe, expect, it, vi } from "vitest";
import { openRedis, type RedisClient } from "../../src/adapters/redis/redis-client.js";
import { RedisCouponQueue } from "../../src/adapters/redis/redis-coupon-queue.js";
import { redisTaskNotices } from "../../src/adapters/redis/redis-notices.js";
import type { CouponQueue, Join } from "../../src/application/ports/coupon-queue.js";
import type { Task } from "../../src/domain/task.js";
import { type RedisServer, startRedis, startRedisCluster } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { waitOptions } from "../support/wait-options.js";
import { freshCoupon, image, joinOne, shopper, task } from "./coupon-stores/stores-under-test.js";

const unavailable = { problem: { code: "engine-unavailable", engine: "redis" } };
const settledTask: Task = {
  taskId: task(1),
  couponId: freshCoupon(),
  position: 1,
  status: "failed",
  reason: "internal",
};

/** A separate Redis or Cluster per test, which the test stops, kills or freezes. */
const servers = [
  {
    name: "Redis",
    live: backendUrls.redis !== undefined,
    start: async () => {
      const redis = await startRedis();
      return { url: redis.url, nodes: [redis] };
    },
  },
  { name: "Redis Cluster", live: backendUrls.redisCluster !== undefined, start: startRedisCluster },
] as const;

for (const { name, live, start } of servers)
  describe.skipIf(!live)(`a ${name} that fails`, () => {
    let nodes: readonly RedisServer[] = [];
    let client: RedisClient;
    afterEach(async () => {
      await client.stop();
      await Promise.all(nodes.map((node) => node.stop()));
    });

    const open = async () => {
      const server = await start();
      nodes = server.nodes;
      client = openRedis(server.url);
      return new RedisCouponQueue(client);
    };
    const join = (queue: CouponQueue, n: number): Promise<Join> => joinOne(queue, coupon, shopper(n), task(n), 1);
    let coupon = freshCoupon();
    const load = async (queue: CouponQueue) => {
      coupon = freshCoupon();
      await queue.load(coupon, image({ quantity: 1000 }));
    };
    const servesAgain = (queue: CouponQueue, n: number) =>
      expect.poll(() => join(queue, n)).toMatchObject({ kind: "admitted" });

    it("at the start: commands fail, and succeed once Redis runs", async () => {
      const queue = await open();
      await Promise.all(nodes.map((node) => node.stop()));
      const received: Task[] = [];
      const notices = redisTaskNotices(client, () => {});
      await Promise.all([client.start(), notices.start()]);
      notices.subscribe(settledTask.taskId, (each) => received.push(each));
      await expect(join(queue, 1)).rejects.toMatchObject(unavailable);
      await expect(client.ping()).rejects.toMatchObject(unavailable);

      await Promise.all(nodes.map((node) => node.restart()));
      await vi.waitFor(() => load(queue), waitOptions);
      await servesAgain(queue, 1);
      await vi.waitFor(() => {
        notices.announce([settledTask]);
        expect(received.length).toBeGreaterThan(0);
      }, waitOptions);
    });

    it("by a kill: commands fail, and commands and notices work again after a restart", async () => {
      const queue = await open();
      const received: Task[] = [];
      const failures: unknown[] = [];
      const notices = redisTaskNotices(client, (error) => failures.push(error));
      await Promise.all([client.start(), notices.start()]);
      notices.subscribe(settledTask.taskId, (each) => received.push(each));
      await load(queue);
      await join(queue, 1);
      await Promise.all(nodes.map((node) => node.kill()));
      await expect(join(queue, 2)).rejects.toMatchObject(unavailable);
      notices.announce([settledTask]);
      await expect.poll(() => failures).toMatchObject([unavailable]);

      await Promise.all(nodes.map((node) => node.restart()));
      await vi.waitFor(() => load(queue), waitOptions);
      await servesAgain(queue, 2);
      await vi.waitFor(() => {
        notices.announce([settledTask]);
        expect(received.length).toBeGreaterThan(0);
      }, waitOptions);
    });

    it("by a freeze: every command fails in time, and commands work again afterwards", async () => {
      const queue = await open();
      await client.start();
      await load(queue);
      for (const node of nodes) node.freeze();
      for (const round of [1, 2, 3]) {
        const joins = Array.from({ length: 50 }, (_, n) => join(queue, round * 100 + n));
        for (const each of await Promise.allSettled(joins))
          expect(each).toMatchObject({ status: "rejected", reason: unavailable });
      }
      for (const node of nodes) node.resume();
      // Commands from the first moments may still have been executed. The sweeper repairs members without a row.
      await servesAgain(queue, 1);
    });
  });
