import { afterEach, describe, expect, it, vi } from "vitest";
import { openRedis, type RedisClient } from "../../src/adapters/redis/redis-client.js";
import { RedisCouponQueue } from "../../src/adapters/redis/redis-coupon-queue.js";
import { redisTaskNotices } from "../../src/adapters/redis/redis-notices.js";
import type { CouponQueue, Join } from "../../src/application/ports/coupon-queue.js";
import type { Task } from "../../src/domain/task.js";
import { engines } from "../support/backends.js";
import { type RedisEngine, startRedis, startRedisCluster } from "../support/engines/redis.js";
import { patience } from "../support/patience.js";
import { freshCoupon, image, joinOne, shopper, task } from "./coupon-stores/stores-under-test.js";

const away = { problem: { code: "engine-unavailable", engine: "redis" } };
const ended: Task = { taskId: task(1), couponId: freshCoupon(), position: 1, status: "failed", reason: "internal" };

/** A Redis of one's own, or a Cluster, that faults can befall. */
const servers = [
  {
    name: "Redis",
    live: engines.redis !== undefined,
    start: async () => {
      const redis = await startRedis();
      return { url: redis.url, nodes: [redis] };
    },
  },
  { name: "Redis Cluster", live: engines.redisCluster !== undefined, start: startRedisCluster },
] as const;

for (const { name, live, start } of servers)
  describe.skipIf(!live)(`${name} away`, () => {
    let nodes: readonly RedisEngine[] = [];
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
    const answersAgain = (queue: CouponQueue, n: number) =>
      expect.poll(() => join(queue, n)).toMatchObject({ kind: "admitted" });

    it("at the start: it fails what is asked, and serves when Redis comes", async () => {
      const queue = await open();
      await Promise.all(nodes.map((node) => node.stop()));
      const heard: Task[] = [];
      const notices = redisTaskNotices(client, () => {});
      await Promise.all([client.start(), notices.start()]);
      notices.subscribe(ended.taskId, (each) => heard.push(each));
      await expect(join(queue, 1)).rejects.toMatchObject(away);
      await expect(client.ping()).rejects.toMatchObject(away);

      await Promise.all(nodes.map((node) => node.restart()));
      await vi.waitFor(() => load(queue), patience);
      await answersAgain(queue, 1);
      await vi.waitFor(() => {
        notices.announce([ended]);
        expect(heard.length).toBeGreaterThan(0);
      }, patience);
    });

    it("killed: it fails what is asked, and serves and hears again after", async () => {
      const queue = await open();
      const heard: Task[] = [];
      const failures: unknown[] = [];
      const notices = redisTaskNotices(client, (error) => failures.push(error));
      await Promise.all([client.start(), notices.start()]);
      notices.subscribe(ended.taskId, (each) => heard.push(each));
      await load(queue);
      await join(queue, 1);
      await Promise.all(nodes.map((node) => node.kill()));
      await expect(join(queue, 2)).rejects.toMatchObject(away);
      notices.announce([ended]);
      await expect.poll(() => failures).toMatchObject([away]);

      await Promise.all(nodes.map((node) => node.restart()));
      await vi.waitFor(() => load(queue), patience);
      await answersAgain(queue, 2);
      await vi.waitFor(() => {
        notices.announce([ended]);
        expect(heard.length).toBeGreaterThan(0);
      }, patience);
    });

    it("frozen: it fails all that is asked, however much, and serves again after", async () => {
      const queue = await open();
      await client.start();
      await load(queue);
      for (const node of nodes) node.freeze();
      for (const round of [1, 2, 3]) {
        const joins = Array.from({ length: 50 }, (_, n) => join(queue, round * 100 + n));
        for (const each of await Promise.allSettled(joins))
          expect(each).toMatchObject({ status: "rejected", reason: away });
      }
      for (const node of nodes) node.resume();
      // What was sent in the first moments may still have got its place; the sweeper sees to such members.
      await answersAgain(queue, 1);
    });
  });
