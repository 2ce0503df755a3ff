import type { AnyNotices, NoticeKind } from "./notice-kinds.js";

type Listener = (notice: unknown) => void;
type ByKey = Map<string, Listener[]>;
type Remove = (listener: Listener, all: ByKey, key: string) => void;
type KeyOf = NoticeKind["keyOf"];

const guarded = (listener: Listener, notice: unknown): void => {
  try {
    listener(notice);
  } catch {
    // Another listener's error.
  }
};

const removeOne: Remove = (listener, all, key) => {
  all.set(key, all.get(key)?.filter((each) => each !== listener) ?? []);
};

/** Correct notices within one process, except for the given parts. */
const notices = (keyOf: KeyOf, { remove = removeOne, call = guarded } = {}): AnyNotices => {
  const all: ByKey = new Map();
  return {
    announce: (announced) => {
      for (const notice of announced) for (const listener of all.get(keyOf(notice)) ?? []) call(listener, notice);
    },
    subscribe: (key, listener) => {
      const wrapped: Listener = (notice) => listener(notice);
      all.set(key, [...(all.get(key) ?? []), wrapped]);
      return () => remove(wrapped, all, key);
    },
  };
};

/** What the known-wrong notices are derived from. The suite must accept it. */
export const correctNotices = (keyOf: KeyOf): AnyNotices => notices(keyOf);

/** Listeners in a set per key, so that one function is one listener. */
const inSets = (keyOf: KeyOf, copy: (listeners: ReadonlySet<Listener>) => Iterable<Listener>): AnyNotices => {
  const all = new Map<string, Set<Listener>>();
  return {
    announce: (announced) => {
      for (const notice of announced)
        for (const listener of copy(all.get(keyOf(notice)) ?? new Set())) guarded(listener, notice);
    },
    subscribe: (key, listener) => {
      all.set(key, (all.get(key) ?? new Set()).add(listener));
      return () => all.get(key)?.delete(listener);
    },
  };
};

/** Known-wrong implementations. The suite must reject each. */
export const knownWrongNotices = {
  "deliver every notice to every subscriber": (): AnyNotices => {
    const { announce, subscribe } = notices(() => "one key");
    return { announce, subscribe: (_, listener) => subscribe("one key", listener) };
  },
  "deliver one notice per key": (keyOf: KeyOf): AnyNotices => {
    const { announce, subscribe } = notices(keyOf);
    const seen = new Set<string>();
    const isNew = (notice: unknown) => !seen.has(keyOf(notice)) && seen.add(keyOf(notice));
    return { announce: (announced) => announce(announced.filter(isNew)), subscribe };
  },
  "keep one listener per key": (keyOf: KeyOf): AnyNotices => {
    const all = new Map<string, Listener>();
    return {
      announce: (announced) => {
        for (const notice of announced) guarded(all.get(keyOf(notice)) ?? (() => {}), notice);
      },
      subscribe: (key, listener) => {
        all.set(key, listener);
        return () => all.delete(key);
      },
    };
  },
  "send the first 500": (keyOf: KeyOf): AnyNotices => {
    const { announce, subscribe } = notices(keyOf);
    return { announce: (announced) => announce(announced.slice(0, 500)), subscribe };
  },
  "call a listener that was added during the notice": (keyOf: KeyOf): AnyNotices => inSets(keyOf, (set) => set),
  "identify listeners by their function": (keyOf: KeyOf): AnyNotices => inSets(keyOf, (set) => [...set]),
  "remove all listeners of a key with one": (keyOf: KeyOf): AnyNotices =>
    notices(keyOf, { remove: (_, all, key) => all.delete(key) }),
  "remove the latest listener": (keyOf: KeyOf): AnyNotices =>
    notices(keyOf, { remove: (_, all, key) => all.set(key, all.get(key)?.slice(0, -1) ?? []) }),
  "remove no listener": (keyOf: KeyOf): AnyNotices => notices(keyOf, { remove: () => {} }),
  "let a listener's error escape": (keyOf: KeyOf): AnyNotices =>
    notices(keyOf, { call: (listener, notice) => listener(notice) }),
  "deliver nothing": (): AnyNotices => ({ announce: () => {}, subscribe: () => () => {} }),
} as const;

export type KnownWrongNotices = keyof typeof knownWrongNotices;
