import { setImmediate as roundTrip } from "node:timers/promises";
import { MemoryCouponQueue } from "../../../src/adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../../../src/adapters/memory/memory-coupon-stock.js";
import { type MemoryCouponStore, MemoryCouponStores } from "../../../src/adapters/memory/memory-coupon-stores.js";
import type { CouponQueue } from "../../../src/application/ports/coupon-queue.js";
import type { CouponStock } from "../../../src/application/ports/coupon-stock.js";
import type { CouponId } from "../../../src/domain/ids.js";
import { image, type StoresUnderTest } from "./stores-under-test.js";

/** Right stores, of which a twin gets something wrong. */
type Right = { readonly stores: MemoryCouponStores; readonly queue: CouponQueue; readonly stock: CouponStock };

/** Answers where it does not go on, as the right one does; else the store. */
const standing = (stores: MemoryCouponStores, couponId: CouponId) => stores.get(couponId) as MemoryCouponStore;

const queues = {
  /** As in the notes: `zscore`, `zcard`, then `zadd`, each a round trip. */
  "looks first and joins then": ({ stores, queue }) => ({
    join: async (couponId, userId, taskId, leastEpoch) => {
      const store = stores.get(couponId);
      if (store === undefined || store.epoch < leastEpoch) return { kind: "cold" };
      const known = store.members.get(userId);
      if (known !== undefined) return queue.join(couponId, userId, taskId, leastEpoch);
      await roundTrip();
      const { size } = store.members;
      const position = store.next;
      await roundTrip();
      if (size >= store.quantity) return { kind: "full" };
      store.add(userId, taskId);
      store.next = position + 1;
      return { kind: "admitted", epoch: store.epoch, userId, taskId, position };
    },
  }),
  "takes a missing store for an empty one": ({ queue }) => ({
    join: async (couponId, userId, taskId, leastEpoch) => {
      const join = await queue.join(couponId, userId, taskId, leastEpoch);
      if (join.kind !== "cold") return join;
      await queue.load(couponId, image({ epoch: leastEpoch }));
      return queue.join(couponId, userId, taskId, leastEpoch);
    },
  }),
  "asks for no epoch": ({ queue }) => ({
    join: (couponId, userId, taskId) => queue.join(couponId, userId, taskId, 0),
  }),
  "has no end": ({ stores, queue }) => ({
    join: async (couponId, userId, taskId, leastEpoch) => {
      const join = await queue.join(couponId, userId, taskId, leastEpoch);
      if (join.kind !== "full") return join;
      const store = standing(stores, couponId);
      return { kind: "admitted", epoch: store.epoch, ...store.add(userId, taskId) };
    },
  }),
  "sends who clicks again to the end": ({ queue, stock }) => ({
    join: async (couponId, userId, taskId, leastEpoch) => {
      const join = await queue.join(couponId, userId, taskId, leastEpoch);
      if (join.kind !== "already-in") return join;
      await stock.giveBack(couponId, [join]);
      return queue.join(couponId, userId, taskId, leastEpoch);
    },
  }),
  "counts members for positions": ({ stores, queue }) => ({
    join: (couponId, userId, taskId, leastEpoch) => {
      const store = stores.get(couponId);
      if (store !== undefined) store.next = store.members.size + 1;
      return queue.join(couponId, userId, taskId, leastEpoch);
    },
  }),
  "loads in place": ({ stores, queue }) => ({
    load: async (couponId, { members, ...facts }) => {
      stores.delete(couponId);
      await queue.load(couponId, image(facts));
      for await (const page of members)
        for (const { userId, taskId, position } of page) {
          const store = standing(stores, couponId);
          store.next = position;
          store.add(userId, taskId);
          store.taken.add(userId);
        }
      standing(stores, couponId).next = facts.next;
    },
  }),
  "loads over whatever stands": ({ stores, queue }) => ({
    load: (couponId, facts) => {
      stores.delete(couponId);
      return queue.load(couponId, facts);
    },
  }),
  "drops whatever stands": ({ queue }) => ({ drop: (couponId) => queue.drop(couponId, Number.POSITIVE_INFINITY) }),
  "pages under any epoch": ({ stores, queue }) => ({
    membersAfter: (couponId, epoch, position, limit) =>
      queue.membersAfter(couponId, stores.get(couponId)?.epoch ?? epoch, position, limit),
  }),
} satisfies Readonly<Record<string, (right: Right) => Partial<CouponQueue>>>;

const stocks = {
  "takes for whoever comes": ({ stores }) => ({
    take: async (couponId, holders) => {
      for (const { userId } of holders) stores.get(couponId)?.taken.add(userId);
    },
  }),
  "counts calls": ({ stores, stock }) => ({
    take: async (couponId, holders) => {
      const taken = stores.get(couponId)?.taken;
      for (const { userId } of holders) taken?.add(taken.has(userId) ? (`${userId}+` as typeof userId) : userId);
      await stock.giveBack(couponId, []);
    },
  }),
  "gives back whatever the task": ({ stores, stock }) => ({
    giveBack: async (couponId, holders) => {
      const members = stores.get(couponId)?.members;
      await stock.giveBack(
        couponId,
        holders.flatMap(({ userId }) => members?.get(userId) ?? []),
      );
    },
  }),
  "keeps the take of a place given back": ({ stores, stock }) => ({
    giveBack: async (couponId, holders) => {
      const store = stores.get(couponId);
      const taken = [...(store?.taken ?? [])];
      await stock.giveBack(couponId, holders);
      for (const userId of taken) store?.taken.add(userId);
    },
  }),
  "returns a place as often as it is told": ({ stores, stock }) => ({
    giveBack: async (couponId, holders) => {
      const store = stores.get(couponId);
      for (const each of holders) {
        const known = store?.members.get(each.userId)?.taskId === each.taskId;
        if (!known) await stock.giveBack(couponId, [...(store?.members.values() ?? [])].slice(0, 1));
        else await stock.giveBack(couponId, [each]);
      }
    },
  }),
} satisfies Readonly<Record<string, (right: Right) => Partial<CouponStock>>>;

export type CarelessQueue = keyof typeof queues;
export type CarelessStock = keyof typeof stocks;

const right = (): Right => {
  const stores = new MemoryCouponStores();
  return { stores, queue: new MemoryCouponQueue(stores), stock: new MemoryCouponStock(stores) };
};

/** The same object, some of whose methods are others. */
const but = <T extends object>(whole: T, other: Partial<T>): T =>
  new Proxy(whole, { get: (target, name) => Reflect.get(name in other ? other : target, name) });

const underTest = ({ stores, queue, stock }: Right): StoresUnderTest => ({
  queue,
  stock,
  lose: async (couponId) => stores.delete(couponId),
});

/** Known-wrong twins: the suite must reject each. */
export const carelessQueue = (carelessness: CarelessQueue): StoresUnderTest => {
  const all = right();
  return underTest({ ...all, queue: but(all.queue, queues[carelessness](all)) });
};
export const carelessStock = (carelessness: CarelessStock): StoresUnderTest => {
  const all = right();
  return underTest({ ...all, stock: but(all.stock, stocks[carelessness](all)) });
};
