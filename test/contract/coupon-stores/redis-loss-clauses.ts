import { Cluster } from "ioredis";
import { expect } from "vitest";
import { type CouponKeys, couponKeys } from "../../../src/adapters/redis/redis-keys.js";
import type { CouponId } from "../../../src/domain/ids.js";
import {
  figuresOf,
  freshCoupon,
  holder,
  loaded,
  membersTo,
  type openRedisStores,
  shopper,
  task,
} from "./stores-under-test.js";

type RedisStores = Awaited<ReturnType<typeof openRedisStores>>;

const nodesOf = ({ raw }: RedisStores) => (raw instanceof Cluster ? raw.nodes("master") : [raw]);

/** Every key of the coupon; a Cluster's are on one node, found by asking each. */
const keysOf = async (under: RedisStores, couponId: CouponId): Promise<readonly string[]> =>
  (await Promise.all(nodesOf(under).map((node) => node.keys(`{coupon:${couponId}}*`)))).flat();

const loseOne = (lost: keyof CouponKeys) => async (under: RedisStores) => {
  const couponId = await loaded(under, { quantity: 3, members: membersTo(3) });
  await under.raw.del(couponKeys(couponId)[lost]);
  expect(await under.queue.join(couponId, shopper(9), task(9), 1)).toEqual({ kind: "cold" });
  expect(await under.queue.join(couponId, shopper(1), task(1), 1)).toEqual({ kind: "cold" });
  expect(await figuresOf(under, couponId)).toBeNull();
};

/** Lets `befall` happen after the second page of a load, and before its third if there is one. */
const loadThrough = (under: RedisStores, couponId: CouponId, befall: () => Promise<unknown>, pages = 3) => {
  const members = (async function* () {
    yield [{ ...holder(1), position: 1 }];
    yield [{ ...holder(2), position: 2 }];
    await befall();
    if (pages === 3) yield [{ ...holder(3), position: 3 }];
  })();
  return under.queue.load(couponId, { epoch: 1, quantity: 3, next: 4, members });
};

/** What only a store outside the process can suffer. */
export const redisLossClauses: Readonly<Record<string, (under: RedisStores) => Promise<void>>> = {
  "is cold without its stock": loseOne("stock"),
  "is cold without its queue, not empty": loseOne("queue"),
  "is cold without its tasks": loseOne("tasks"),

  "does not swap in what was wiped while it was loaded": async (under) => {
    const couponId = freshCoupon();
    const wipe = async () => under.raw.del(...(await keysOf(under, couponId)));
    for (const pages of [2, 3]) {
      const load = loadThrough(under, couponId, wipe, pages);
      await expect(load).rejects.toMatchObject({ problem: { engine: "redis" } });
      expect(await figuresOf(under, couponId)).toBeNull();
    }
  },

  "does not swap in what was rewound while it was loaded": async (under) => {
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
    expect(await figuresOf(under, couponId)).toBeNull();
  },

  "keeps a loaded store for ever, and what was loaded beside it not at all": async (under) => {
    const couponId = await loaded(under, { members: membersTo(3) });
    const keys = Object.values(couponKeys(couponId));
    expect(await Promise.all(keys.map((key) => under.raw.ttl(key)))).toEqual([-1, -1, -1, -1]);
    expect([...(await keysOf(under, couponId))].sort()).toEqual([...keys].sort());
    await under.queue.load(couponId, { epoch: 1, quantity: 1, next: 2, members: (async function* () {})() });
    expect(await keysOf(under, couponId)).toHaveLength(4);
  },

  "lets a load that died go by itself": async (under) => {
    const couponId = freshCoupon();
    const dies = () => Promise.reject(new Error("killed"));
    await expect(loadThrough(under, couponId, dies)).rejects.toThrow("killed");
    for (const key of await keysOf(under, couponId)) expect(await under.raw.ttl(key)).toBeGreaterThan(0);
  },

  "goes on when Redis has forgotten the scripts": async (under) => {
    const couponId = await loaded(under);
    await under.queue.join(couponId, shopper(1), task(1), 1);
    await Promise.all(nodesOf(under).map((node) => node.script("FLUSH")));
    const joins = [2, 3, 4].map((n) => under.queue.join(couponId, shopper(n), task(n), 1));
    expect((await Promise.all(joins)).map(({ kind }) => kind)).toEqual(["admitted", "admitted", "admitted"]);
  },
};
