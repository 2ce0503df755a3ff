import { Cluster } from "ioredis";
import { expect } from "vitest";
import { type CouponKeys, couponKeys } from "../../../src/adapters/redis/redis-keys.js";
import type { CouponId } from "../../../src/domain/ids.js";
import {
  countsOf,
  freshCoupon,
  holder,
  joinOne,
  loaded,
  membersTo,
  type openRedisStores,
  shopper,
  task,
} from "./stores-under-test.js";

type RedisStores = Awaited<ReturnType<typeof openRedisStores>>;

const nodesOf = ({ raw }: RedisStores) => (raw instanceof Cluster ? raw.nodes("master") : [raw]);

/** Every key of the coupon. In a Cluster, every node is searched. */
const keysOf = async (under: RedisStores, couponId: CouponId): Promise<readonly string[]> =>
  (await Promise.all(nodesOf(under).map((node) => node.keys(`{coupon:${couponId}}*`)))).flat();

const loseOne = (lost: keyof CouponKeys) => async (under: RedisStores) => {
  const couponId = await loaded(under, { quantity: 3, members: membersTo(3) });
  await under.raw.del(couponKeys(couponId)[lost]);
  expect(await joinOne(under.queue, couponId, shopper(9), task(9), 1)).toEqual({ kind: "cold" });
  expect(await joinOne(under.queue, couponId, shopper(1), task(1), 1)).toEqual({ kind: "cold" });
  expect(await countsOf(under, couponId)).toBeNull();
};

/** Runs `fault` after the second page of a load, before a third one if there is one. */
const loadThrough = (under: RedisStores, couponId: CouponId, fault: () => Promise<unknown>, pages = 3) => {
  const members = (async function* () {
    yield [{ ...holder(1), position: 1 }];
    yield [{ ...holder(2), position: 2 }];
    await fault();
    if (pages === 3) yield [{ ...holder(3), position: 3 }];
  })();
  return under.queue.load(couponId, { epoch: 1, quantity: 3, next: 4, members });
};

/** Losses that only a store outside the process can have. */
export const redisLossClauses: Readonly<Record<string, (under: RedisStores) => Promise<void>>> = {
  "is cold without its stock key": loseOne("stock"),
  "is cold without its queue key": loseOne("queue"),
  "is cold without its tasks key": loseOne("tasks"),

  "rejects a load that was wiped before it was complete": async (under) => {
    const couponId = freshCoupon();
    const wipe = async () => under.raw.del(...(await keysOf(under, couponId)));
    for (const pages of [2, 3]) {
      const load = loadThrough(under, couponId, wipe, pages);
      await expect(load).rejects.toMatchObject({ problem: { engine: "redis" } });
      expect(await countsOf(under, couponId)).toBeNull();
    }
  },

  "rejects a load that was rewound before it was complete": async (under) => {
    const couponId = freshCoupon();
    const rewind = async () => {
      for (const key of await keysOf(under, couponId)) {
        const type = await under.raw.type(key);
        if (type === "string") await under.raw.set(key, 1);
        if (type === "zset") await under.raw.zrem(key, shopper(2));
        if (type === "hash") await under.raw.hdel(key, shopper(2));
        if (type === "set") await under.raw.srem(key, shopper(2));
      }
    };
    await expect(loadThrough(under, couponId, rewind)).rejects.toMatchObject({ problem: { engine: "redis" } });
    expect(await countsOf(under, couponId)).toBeNull();
  },

  "keeps a loaded store without a TTL and removes the loading keys": async (under) => {
    const couponId = await loaded(under, { members: membersTo(3) });
    const keys = Object.values(couponKeys(couponId));
    expect(await Promise.all(keys.map((key) => under.raw.ttl(key)))).toEqual([-1, -1, -1, -1]);
    expect([...(await keysOf(under, couponId))].sort()).toEqual([...keys].sort());
    await under.queue.load(couponId, { epoch: 1, quantity: 1, next: 2, members: (async function* () {})() });
    expect(await keysOf(under, couponId)).toHaveLength(4);
  },

  "gives the keys of an aborted load a TTL": async (under) => {
    const couponId = freshCoupon();
    const dies = () => Promise.reject(new Error("killed"));
    await expect(loadThrough(under, couponId, dies)).rejects.toThrow("killed");
    for (const key of await keysOf(under, couponId)) expect(await under.raw.ttl(key)).toBeGreaterThan(0);
  },

  "continues after SCRIPT FLUSH": async (under) => {
    const couponId = await loaded(under);
    await joinOne(under.queue, couponId, shopper(1), task(1), 1);
    await Promise.all(nodesOf(under).map((node) => node.script("FLUSH")));
    const joins = [2, 3, 4].map((n) => joinOne(under.queue, couponId, shopper(n), task(n), 1));
    expect((await Promise.all(joins)).map(({ kind }) => kind)).toEqual(["admitted", "admitted", "admitted"]);
  },
};
