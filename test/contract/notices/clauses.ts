import { expect } from "vitest";
import { Follow } from "../../../src/application/notices/follow.js";
import { userId } from "../../support/coupon-data.js";
import type { AnyNotices, NoticeKind } from "./notice-kinds.js";

/** The notices of two processes. In memory they are the same object. */
export type NoticesUnderTest = Pick<NoticeKind, "notice" | "keyOf" | "malformed"> & {
  readonly here: AnyNotices;
  readonly there: AnyNotices;
  /** Publishes text on the channel; absent in memory. */
  readonly publish?: (text: string) => Promise<unknown>;
  /** Waits until the assertion holds: in memory it must hold immediately. */
  readonly eventually: (assertion: () => void) => Promise<void>;
};
export type Clauses = Readonly<Record<string, (under: NoticesUnderTest) => Promise<void>>>;

/** Subscribes to the notice's key, and collects what is received. */
const subscriber = (notices: AnyNotices, key: string) => {
  const received: unknown[] = [];
  return { received, unsubscribe: notices.subscribe(key, (notice) => received.push(notice)) };
};

/** What every `Notices` adapter guarantees. */
export const noticesClauses: Clauses = {
  "delivers a notice to the subscribers of its key in every process, and to no other": async (under) => {
    const { here, there, notice, keyOf, eventually } = under;
    const [one, other] = [notice(), notice()];
    const [first, second] = [subscriber(here, keyOf(one)), subscriber(here, keyOf(one))];
    const [remote, unrelated] = [subscriber(there, keyOf(one)), subscriber(here, keyOf(other))];
    here.announce([one]);
    await eventually(() => {
      expect([first, second, remote, unrelated].map(({ received }) => received)).toEqual([[one], [one], [one], []]);
    });
  },

  "delivers every notice of one key": async ({ here, there, notice, keyOf, eventually }) => {
    const one = notice();
    const { received } = subscriber(there, keyOf(one));
    for (let count = 1; count <= 4; count += 1) {
      here.announce([one]);
      await eventually(() => expect(received).toHaveLength(count));
    }
  },

  "delivers all notices of a large announcement, and nothing for an empty one": async (under) => {
    const { here, there, notice, keyOf, eventually } = under;
    const notices = Array.from({ length: 1203 }, notice);
    const subscribers = notices.map((each) => subscriber(there, keyOf(each)));
    here.announce([]);
    here.announce(notices);
    await eventually(() => {
      expect(subscribers.map(({ received }) => received)).toEqual(notices.map((each) => [each]));
    });
  },

  "delivers until the subscriber unsubscribes, and further to the others": async (under) => {
    const { here, there, notice, keyOf, eventually } = under;
    const one = notice();
    const [stays, leaves] = [subscriber(there, keyOf(one)), subscriber(there, keyOf(one))];
    here.announce([one]);
    await eventually(() => expect([stays.received, leaves.received]).toEqual([[one], [one]]));
    leaves.unsubscribe();
    leaves.unsubscribe();
    here.announce([one]);
    await eventually(() => expect([stays.received, leaves.received]).toEqual([[one, one], [one]]));
  },

  "lets a listener unsubscribe itself, and subscribe another one": async (under) => {
    const { here, there, notice, keyOf, eventually } = under;
    const one = notice();
    const called: string[] = [];
    const unsubscribe = there.subscribe(keyOf(one), () => {
      called.push("first");
      unsubscribe();
      there.subscribe(keyOf(one), () => called.push("third"));
    });
    there.subscribe(keyOf(one), () => called.push("second"));
    here.announce([one]);
    await eventually(() => expect(called).toEqual(["first", "second"]));
    here.announce([one]);
    await eventually(() => expect(called).toEqual(["first", "second", "second", "third"]));
  },

  "keeps a later subscriber when an earlier one unsubscribes twice": async (under) => {
    const { here, there, notice, keyOf, eventually } = under;
    const one = notice();
    const earlier = subscriber(there, keyOf(one));
    earlier.unsubscribe();
    const later = subscriber(there, keyOf(one));
    earlier.unsubscribe();
    here.announce([one]);
    await eventually(() => expect([earlier.received, later.received]).toEqual([[], [one]]));
  },

  "distinguishes two subscriptions of one function": async ({ here, there, notice, keyOf, eventually }) => {
    const one = notice();
    let calls = 0;
    const listener = () => {
      calls += 1;
    };
    const unsubscribe = there.subscribe(keyOf(one), listener);
    there.subscribe(keyOf(one), listener);
    here.announce([one]);
    await eventually(() => expect(calls).toBe(2));
    unsubscribe();
    here.announce([one]);
    await eventually(() => expect(calls).toBe(3));
  },

  "delivers to the other listeners when one throws": async ({ here, there, notice, keyOf, eventually }) => {
    const [one, other] = [notice(), notice()];
    there.subscribe(keyOf(one), () => {
      throw new Error("thrown by a listener");
    });
    const subscribers = [subscriber(there, keyOf(one)), subscriber(there, keyOf(other))];
    here.announce([one, other]);
    await eventually(() => expect(subscribers.map(({ received }) => received)).toEqual([[one], [other]]));
  },

  "ignores malformed messages": async ({ here, there, notice, keyOf, malformed, publish, eventually }) => {
    const one = notice();
    const { received } = subscriber(there, keyOf(one));
    const values = ["", "{", "null", "7", '"x"', "{}", "[]", "[null, 7, {}, []]"];
    const object = JSON.stringify({ length: 1, 0: one });
    for (const text of [...values, object, JSON.stringify(malformed(one))]) await publish?.(text);
    here.announce([one]);
    await eventually(() => expect(received).toEqual([one]));
  },

  "lets a follower receive a change that follows its read": async ({ here, there, notice, keyOf, eventually }) => {
    const one = notice();
    const key = keyOf(one);
    let state = "before";
    const follow = new Follow<string, string, unknown>({
      notices: there,
      read: async () => [{ key, userId: userId("shopper"), state }],
      notFound: () => {
        throw new Error("unreachable");
      },
    });
    const states: string[] = [];
    await follow.start(key, userId("shopper"), (each) => {
      states.push(each);
      return false;
    });
    state = "after";
    here.announce([one]);
    // A notice without a state causes a read, which takes a few microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    await eventually(() => expect(states).toEqual(["before", "after"]));
  },
};
