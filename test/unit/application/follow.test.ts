import { describe, expect, it } from "vitest";
import { memoryOrderNotices } from "../../../src/adapters/memory/memory-notices.js";
import { Follow } from "../../../src/application/notices/follow.js";
import type { OrderId, UserId } from "../../../src/domain/ids.js";
import { DomainError } from "../../../src/domain/problem.js";
import { flushPromises } from "../../support/flush-promises.js";
import { orderId } from "../../support/order-data.js";

const ann = "ann" as UserId;
const ben = "ben" as UserId;

/** Numbers of Ann's under keys, which a test changes with or without a notice. */
const annsNumbers = (initial: Readonly<Record<string, number>>) => {
  const numbers = new Map(Object.entries(initial).map(([key, number]) => [orderId(key), number]));
  const reads: (readonly OrderId[])[] = [];
  const notices = memoryOrderNotices();
  let subscriptions = 0;
  let duringRead = () => {};
  const follow = new Follow<OrderId, number>({
    notices: {
      announce: (keys) => notices.announce(keys),
      subscribe: (key, listener) => {
        subscriptions += 1;
        const unsubscribe = notices.subscribe(key, listener);
        let removed = false;
        return () => {
          if (!removed) subscriptions -= 1;
          removed = true;
          unsubscribe();
        };
      },
    },
    read: async (keys) => {
      reads.push(keys);
      const found = keys.flatMap((key) => {
        const state = numbers.get(key);
        return state === undefined ? [] : [{ key, userId: ann, state }];
      });
      duringRead();
      return found;
    },
    notFound: (id) => new DomainError({ code: "order-not-found", orderId: id }),
  });
  return {
    follow,
    reads,
    subscriptions: () => subscriptions,
    duringRead: (change: () => void) => {
      duringRead = change;
    },
    set: (key: string, number: number) => numbers.set(orderId(key), number),
    announce: async (...keys: readonly string[]) => {
      notices.announce(keys.map(orderId));
      await flushPromises();
    },
    /** Follows a number up to `last`, and collects what is passed. */
    start: async (key: string, { userId = ann, last = 9 } = {}) => {
      const states: number[] = [];
      const stop = await follow.start(orderId(key), userId, (state) => {
        states.push(state);
        return state === last;
      });
      return { states, stop };
    },
  };
};

describe("Follow", () => {
  it("passes the current state, then each change, and unsubscribes after the last one", async () => {
    const numbers = annsNumbers({ a: 1 });
    const { states } = await numbers.start("a");
    for (const next of [2, 9, 3]) {
      numbers.set("a", next);
      await numbers.announce("a");
    }
    expect(states).toEqual([1, 2, 9]);
    expect(numbers.subscriptions()).toBe(0);
  });

  it("passes only the current state if it is the last one, and unsubscribes", async () => {
    const numbers = annsNumbers({ a: 9 });
    expect((await numbers.start("a")).states).toEqual([9]);
    expect(numbers.subscriptions()).toBe(0);
  });

  // Proves: C6
  it("does not miss a change during its first read", async () => {
    const numbers = annsNumbers({ a: 1 });
    numbers.duringRead(() => {
      numbers.duringRead(() => {});
      numbers.set("a", 2);
      void numbers.announce("a");
    });
    const { states } = await numbers.start("a");
    await flushPromises();
    expect(states).toEqual([1, 2]);
  });

  // Proves: C6
  it("finds a change without a notice by reading again", async () => {
    const numbers = annsNumbers({ a: 1 });
    const [first, second] = [await numbers.start("a"), await numbers.start("a")];
    numbers.set("a", 9);
    await flushPromises();
    expect(first.states).toEqual([1]);
    await numbers.follow.reread();
    await numbers.follow.reread();
    expect([first.states, second.states]).toEqual([
      [1, 9],
      [1, 9],
    ]);
  });

  it("survives a read that fails", async () => {
    const numbers = annsNumbers({ a: 1 });
    const { states } = await numbers.start("a");
    numbers.set("a", 2);
    numbers.duringRead(() => {
      throw new Error("unreachable");
    });
    await numbers.announce("a");
    await expect(numbers.follow.reread()).rejects.toThrow("unreachable");
    numbers.duringRead(() => {});
    await numbers.follow.reread();
    expect(states).toEqual([1, 2]);
  });

  it("passes nothing to a follower that has stopped, and further states to the others", async () => {
    const numbers = annsNumbers({ a: 1 });
    const [stopped, other] = [await numbers.start("a"), await numbers.start("a")];
    stopped.stop();
    stopped.stop();
    numbers.set("a", 2);
    await numbers.announce("a");
    expect([stopped.states, other.states]).toEqual([[1], [1, 2]]);
  });

  it("rejects an unknown key, another shopper and a failed read, and unsubscribes", async () => {
    const numbers = annsNumbers({ a: 1 });
    await expect(numbers.start("none")).rejects.toThrow("order-not-found");
    await expect(numbers.start("a", { userId: ben })).rejects.toThrow("order-not-found");
    numbers.duringRead(() => {
      throw new Error("unreachable");
    });
    await expect(numbers.start("a")).rejects.toThrow("unreachable");
    expect(numbers.subscriptions()).toBe(0);
  });

  // Proves: C7
  it("passes another shopper nothing, also not a notice during the first read", async () => {
    const states: string[] = [];
    const notices = memoryOrderNotices();
    const follow = new Follow<OrderId, string>({
      notices,
      read: async (keys) => {
        notices.announce(keys);
        return keys.map((key) => ({ key, userId: ann, state: "read" }));
      },
      stateIn: () => "of a notice",
      notFound: (id) => new DomainError({ code: "order-not-found", orderId: id }),
    });
    const start = (userId: UserId) => follow.start(orderId("a"), userId, (state) => states.push(state) > 9);
    await expect(start(ben)).rejects.toThrow("order-not-found");
    expect(states).toEqual([]);
    await start(ann);
    expect(states).toEqual(["read", "of a notice"]);
  });

  it("reads the keys of one announcement together, at most 500 at a time", async () => {
    const keys = Array.from({ length: 501 }, (_, n) => `key-${n}`);
    const numbers = annsNumbers(Object.fromEntries(keys.map((key) => [key, 1])));
    for (const key of keys) await numbers.start(key);
    numbers.reads.length = 0;
    await numbers.announce(...keys, ...keys);
    expect(numbers.reads.map((read) => read.length)).toEqual([500, 1]);
  });
});
