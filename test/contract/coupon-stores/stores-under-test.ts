import { randomUUID } from "node:crypto";
import { MemoryCouponQueue } from "../../../src/adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../../../src/adapters/memory/memory-coupon-stock.js";
import { MemoryCouponStores } from "../../../src/adapters/memory/memory-coupon-stores.js";
import { parseRedisAddress } from "../../../src/adapters/redis/redis-address.js";
import { openRedis } from "../../../src/adapters/redis/redis-client.js";
import { openConnection } from "../../../src/adapters/redis/redis-connection.js";
import { RedisCouponQueue } from "../../../src/adapters/redis/redis-coupon-queue.js";
import { RedisCouponStock } from "../../../src/adapters/redis/redis-coupon-stock.js";
import { couponKeys } from "../../../src/adapters/redis/redis-keys.js";
import type { CouponQueue, Join, Place, QueueCounts, QueueImage } from "../../../src/application/ports/coupon-queue.js";
import type { CouponStock } from "../../../src/application/ports/coupon-stock.js";
import type { CouponId, TaskId, UserId } from "../../../src/domain/ids.js";
import { backendUrls } from "../../support/backends.js";

/** A queue and a stock on the same stores. */
export type StoresUnderTest = {
  readonly queue: CouponQueue;
  readonly stock: CouponStock;
  /** Deletes a coupon's store without the adapters' knowledge. */
  lose(couponId: CouponId): Promise<unknown>;
};
export type Clauses = Readonly<Record<string, (under: StoresUnderTest) => Promise<void>>>;

type Backend = {
  readonly name: string;
  readonly live: boolean;
  open(): Promise<StoresUnderTest & { close(): Promise<void> }>;
};

/** The adapters in memory. */
export const openMemoryStores = () => {
  const stores = new MemoryCouponStores();
  return {
    queue: new MemoryCouponQueue(stores),
    stock: new MemoryCouponStock(stores),
    lose: async (couponId: CouponId) => stores.delete(couponId),
    close: async () => {},
  };
};

/** The adapters on Redis, and a connection that injects faults. */
export const openRedisStores = async (address: string) => {
  const client = openRedis(address);
  const raw = openConnection(parseRedisAddress(address));
  await Promise.all([client.start(), raw.connect()]);
  return {
    queue: new RedisCouponQueue(client),
    stock: new RedisCouponStock(client),
    raw,
    lose: (couponId: CouponId) => raw.del(...Object.values(couponKeys(couponId))),
    close: async () => {
      await client.stop();
      raw.disconnect();
    },
  };
};

/** The real Redis and Redis Cluster, if they are configured. */
export const redisBackends = [
  { name: "Redis", live: backendUrls.redis !== undefined, open: () => openRedisStores(backendUrls.redis ?? "") },
  {
    name: "Redis Cluster",
    live: backendUrls.redisCluster !== undefined,
    open: () => openRedisStores(backendUrls.redisCluster ?? ""),
  },
] as const satisfies readonly Backend[];

/** Every implementation of the stores. Coupons have random ids, so suites share a backend. */
export const storeBackends: readonly Backend[] = [
  { name: "memory", live: true, open: async () => openMemoryStores() },
  ...redisBackends,
];

export const freshCoupon = () => `c-${randomUUID()}` as CouponId;
export const shopper = (n: number | string) => `shopper-${n}` as UserId;
export const task = (n: number | string) => `task-${n}` as TaskId;
export const holder = (n: number) => ({ userId: shopper(n), taskId: task(n) });

/** Members 1 to `count` at the positions of their numbers. */
export const membersTo = (count: number): readonly Omit<Place, "epoch">[] =>
  Array.from({ length: count }, (_, index) => ({ ...holder(index + 1), position: index + 1 }));

/** The pages of an image, each one awaited. */
export async function* pagesOf<T>(...pages: readonly (readonly T[])[]): AsyncGenerator<readonly T[]> {
  for (const page of pages) yield page;
}

/** An image with epoch 1, quantity 100 and no members, unless `facts` says otherwise. */
export const image = ({
  members = [],
  ...facts
}: Partial<Omit<QueueImage, "members">> & { members?: readonly Omit<Place, "epoch">[] } = {}): QueueImage => ({
  epoch: 1,
  quantity: 100,
  next: 1 + Math.max(0, ...members.map(({ position }) => position)),
  ...facts,
  members: pagesOf(members),
});

/** A coupon with a loaded store. */
export const loaded = async (under: StoresUnderTest, facts: Parameters<typeof image>[0] = {}): Promise<CouponId> => {
  const couponId = freshCoupon();
  await under.queue.load(couponId, image(facts));
  return couponId;
};

/** The counts of one coupon's store. */
export const countsOf = async (under: StoresUnderTest, couponId: CouponId): Promise<QueueCounts | null> => {
  const [counts] = await under.queue.counts([couponId]);
  return counts ?? null;
};

/** Joins one shopper. */
export const joinOne = async (
  queue: CouponQueue,
  couponId: CouponId,
  userId: UserId,
  taskId: TaskId,
  leastEpoch: number,
): Promise<Join> => {
  const [join] = await queue.join(couponId, [{ userId, taskId }], leastEpoch);
  return join as Join;
};
