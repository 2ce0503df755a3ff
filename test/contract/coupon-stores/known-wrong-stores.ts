import { setImmediate as roundTrip } from "node:timers/promises";
import { MemoryCouponQueue } from "../../../src/adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../../../src/adapters/memory/memory-coupon-stock.js";
import { type MemoryCouponStore, MemoryCouponStores } from "../../../src/adapters/memory/memory-coupon-stores.js";
import type { CouponQueue, Entrant, Join } from "../../../src/application/ports/coupon-queue.js";
import type { CouponStock } from "../../../src/application/ports/coupon-stock.js";
import type { CouponId } from "../../../src/domain/ids.js";
import { image, joinOne, type StoresUnderTest } from "./stores-under-test.js";

/** Correct stores, of which a known-wrong implementation replaces some methods. */
type Correct = { readonly stores: MemoryCouponStores; readonly queue: CouponQueue; readonly stock: CouponStock };

const storeOf = (stores: MemoryCouponStores, couponId: CouponId) => stores.get(couponId) as MemoryCouponStore;

/** A `join` made from one that admits a single entrant. */
const oneByOne =
  (join: (couponId: CouponId, entrant: Entrant, leastEpoch: number) => Promise<Join>): CouponQueue["join"] =>
  (couponId, entrants, leastEpoch) =>
    Promise.all(entrants.map((entrant) => join(couponId, entrant, leastEpoch)));

const queues = {
  /** The notes' `zscore`, `zcard` and `zadd`: one round trip each. */
  "checks first and joins in a later round trip": ({ stores, queue }) => ({
    join: oneByOne(async (couponId, { userId, taskId }, leastEpoch) => {
      const store = stores.get(couponId);
      if (store === undefined || store.epoch < leastEpoch) return { kind: "cold" };
      if (store.members.has(userId)) return joinOne(queue, couponId, userId, taskId, leastEpoch);
      await roundTrip();
      const { size } = store.members;
      const position = store.next;
      await roundTrip();
      if (size >= store.quantity) return { kind: "full" };
      store.add(userId, taskId);
      store.next = position + 1;
      return { kind: "admitted", epoch: store.epoch, userId, taskId, position };
    }),
  }),
  "treats a missing store as an empty one": ({ queue }) => ({
    join: async (couponId, entrants, leastEpoch) => {
      const joins = await queue.join(couponId, entrants, leastEpoch);
      if (joins[0]?.kind !== "cold") return joins;
      await queue.load(couponId, image({ epoch: leastEpoch }));
      return queue.join(couponId, entrants, leastEpoch);
    },
  }),
  "ignores the epoch": ({ queue }) => ({
    join: (couponId, entrants) => queue.join(couponId, entrants, 0),
  }),
  "admits more members than the quantity": ({ stores, queue }) => ({
    join: oneByOne(async (couponId, { userId, taskId }, leastEpoch) => {
      const join = await joinOne(queue, couponId, userId, taskId, leastEpoch);
      if (join.kind !== "full") return join;
      const store = storeOf(stores, couponId);
      return { kind: "admitted", epoch: store.epoch, ...store.add(userId, taskId) };
    }),
  }),
  "gives a shopper who joins again a new place": ({ queue, stock }) => ({
    join: oneByOne(async (couponId, { userId, taskId }, leastEpoch) => {
      const join = await joinOne(queue, couponId, userId, taskId, leastEpoch);
      if (join.kind !== "already-in") return join;
      await stock.giveBack(couponId, [join]);
      return joinOne(queue, couponId, userId, taskId, leastEpoch);
    }),
  }),
  "uses the number of members as position": ({ stores, queue }) => ({
    join: (couponId, entrants, leastEpoch) => {
      const store = stores.get(couponId);
      if (store !== undefined) store.next = store.members.size + 1;
      return queue.join(couponId, entrants, leastEpoch);
    },
  }),
  "drops the last entrant of a batch": ({ queue }) => ({
    join: async (couponId, entrants, leastEpoch) => {
      if (entrants.length === 1) return queue.join(couponId, entrants, leastEpoch);
      return [...(await queue.join(couponId, entrants.slice(0, -1), leastEpoch)), { kind: "full" }];
    },
  }),
  "refuses a whole batch that does not fit": ({ stores, queue }) => ({
    join: async (couponId, entrants, leastEpoch) => {
      const store = stores.get(couponId);
      const fits = store === undefined || store.members.size + entrants.length <= store.quantity;
      return fits ? queue.join(couponId, entrants, leastEpoch) : entrants.map(() => ({ kind: "full" }));
    },
  }),
  "admits a batch in the order of the shoppers' ids": ({ queue }) => ({
    join: async (couponId, entrants, leastEpoch) => {
      const sorted = [...entrants].sort((a, b) => (a.userId < b.userId ? -1 : 1));
      const joins = await queue.join(couponId, sorted, leastEpoch);
      return entrants.map((entrant) => joins[sorted.indexOf(entrant)] as Join);
    },
  }),
  "admits a shopper twice within a batch": ({ stores, queue }) => ({
    join: async (couponId, entrants, leastEpoch) => {
      const isMember = new Set(stores.get(couponId)?.members.keys());
      const joins = await queue.join(couponId, entrants, leastEpoch);
      const again = joins.map((join) => join.kind === "already-in" && !isMember.has(join.userId));
      return joins.map((join, index) => (again[index] ? ({ ...join, kind: "admitted" } as Join) : join));
    },
  }),
  "loads in place": ({ stores, queue }) => ({
    load: async (couponId, { members, ...facts }) => {
      stores.delete(couponId);
      await queue.load(couponId, image(facts));
      for await (const page of members)
        for (const { userId, taskId, position } of page) {
          const store = storeOf(stores, couponId);
          store.next = position;
          store.add(userId, taskId);
          store.taken.add(userId);
        }
      storeOf(stores, couponId).next = facts.next;
    },
  }),
  "replaces a store of any epoch": ({ stores, queue }) => ({
    load: (couponId, loadedImage) => {
      stores.delete(couponId);
      return queue.load(couponId, loadedImage);
    },
  }),
  "drops a store of any epoch": ({ queue }) => ({ drop: (couponId) => queue.drop(couponId, Number.POSITIVE_INFINITY) }),
  "pages through a store of any epoch": ({ stores, queue }) => ({
    membersAfter: (couponId, epoch, position, limit) =>
      queue.membersAfter(couponId, stores.get(couponId)?.epoch ?? epoch, position, limit),
  }),
} satisfies Readonly<Record<string, (correct: Correct) => Partial<CouponQueue>>>;

const stocks = {
  "takes for shoppers who are no members": ({ stores }) => ({
    take: async (couponId, holders) => {
      for (const { userId } of holders) stores.get(couponId)?.taken.add(userId);
    },
  }),
  "counts calls instead of members": ({ stores, stock }) => ({
    take: async (couponId, holders) => {
      const taken = stores.get(couponId)?.taken;
      for (const { userId } of holders) taken?.add(taken.has(userId) ? (`${userId}+` as typeof userId) : userId);
      await stock.giveBack(couponId, []);
    },
  }),
  "gives back without comparing the task": ({ stores, stock }) => ({
    giveBack: async (couponId, holders) => {
      const members = stores.get(couponId)?.members;
      await stock.giveBack(
        couponId,
        holders.flatMap(({ userId }) => members?.get(userId) ?? []),
      );
    },
  }),
  "keeps the take of a place that is given back": ({ stores, stock }) => ({
    giveBack: async (couponId, holders) => {
      const store = stores.get(couponId);
      const taken = [...(store?.taken ?? [])];
      await stock.giveBack(couponId, holders);
      for (const userId of taken) store?.taken.add(userId);
    },
  }),
  "gives back one place per call": ({ stores, stock }) => ({
    giveBack: async (couponId, holders) => {
      const store = stores.get(couponId);
      for (const each of holders) {
        const known = store?.members.get(each.userId)?.taskId === each.taskId;
        if (!known) await stock.giveBack(couponId, [...(store?.members.values() ?? [])].slice(0, 1));
        else await stock.giveBack(couponId, [each]);
      }
    },
  }),
} satisfies Readonly<Record<string, (correct: Correct) => Partial<CouponStock>>>;

export type WrongQueue = keyof typeof queues;
export type WrongStock = keyof typeof stocks;

const correctStores = (): Correct => {
  const stores = new MemoryCouponStores();
  return { stores, queue: new MemoryCouponQueue(stores), stock: new MemoryCouponStock(stores) };
};

/** The same object with some of its methods replaced. */
const replacing = <T extends object>(whole: T, methods: Partial<T>): T =>
  new Proxy(whole, { get: (target, name) => Reflect.get(name in methods ? methods : target, name) });

const underTest = ({ stores, queue, stock }: Correct): StoresUnderTest => ({
  queue,
  stock,
  lose: async (couponId) => stores.delete(couponId),
});

/** Stores whose queue is known to be wrong: the contract suite must reject each. */
export const wrongQueue = (name: WrongQueue): StoresUnderTest => {
  const all = correctStores();
  return underTest({ ...all, queue: replacing(all.queue, queues[name](all)) });
};
/** Stores whose stock is known to be wrong: the contract suite must reject each. */
export const wrongStock = (name: WrongStock): StoresUnderTest => {
  const all = correctStores();
  return underTest({ ...all, stock: replacing(all.stock, stocks[name](all)) });
};
