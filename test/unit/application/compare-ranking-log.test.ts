import { expect, it } from "vitest";
import { CompareRankingLog } from "../../../src/application/coupon/compare-ranking-log.js";
import type { ComparedClaim, RankingLogEntry } from "../../../src/application/ports/ranking-log-queries.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { TaskId } from "../../../src/domain/ids.js";
import type { EpochMs } from "../../../src/domain/time.js";

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** Settled and pending claims, and a log that lacks some of their entries. */
const openLog = (settledAt: Readonly<Record<string, number | null>>, logged: readonly string[] = []) => {
  const clock = { at: 100 * dayMs, now: () => clock.at as EpochMs };
  const entries = new Set(logged);
  const pages: (TaskId | null)[] = [];
  const settled = new Map(Object.entries(settledAt));
  const claims = () =>
    [...settled].map(([taskId, at]): ComparedClaim => {
      const entry = at === null ? null : ({ taskId, at } as unknown as RankingLogEntry);
      return { taskId: taskId as TaskId, entry, isLogged: entries.has(taskId) };
    });
  const queries = {
    list: async () => undefined,
    compareAfter: async (after: TaskId | null, limit: number) => {
      pages.push(after);
      return claims()
        .filter(({ taskId }) => taskId > (after ?? ""))
        .slice(0, limit);
    },
  };
  const rankingLog = {
    add: async (added: readonly RankingLogEntry[]) => {
      for (const { taskId } of added) entries.add(taskId);
    },
  };
  const work = { run: <T>(run: (tx: Transaction) => Promise<T>) => run({ rankingLog } as unknown as Transaction) };
  const compare = new CompareRankingLog(queries, work, clock, minuteMs, { page: 2, pages: 3 });
  return { clock, entries, pages, settled, compare };
};

const ago = (ms: number) => 100 * dayMs - ms;

it("adds the entries that the bus has lost, page by page, and none a second time", async () => {
  const { entries, compare } = openLog({ a: ago(2 * minuteMs), b: ago(dayMs), c: ago(dayMs), d: null }, ["b"]);
  expect(await compare.execute()).toBe(2);
  expect([...entries].sort()).toEqual(["a", "b", "c"]);
  expect(await compare.execute()).toBe(0);
});

it("waits for the bus, and does not add what has been purged", async () => {
  const { clock, compare } = openLog({ a: ago(minuteMs / 2), b: ago(91 * dayMs) });
  expect(await compare.execute()).toBe(0);
  clock.at += minuteMs;
  expect(await compare.execute()).toBe(1);
});

it("reads at most a fixed number of pages per run and continues there", async () => {
  const old = Object.fromEntries([..."abcdefgh"].map((task) => [task, ago(dayMs)]));
  const { pages, compare } = openLog(old);
  expect(await compare.execute()).toBe(6);
  expect(await compare.execute()).toBe(2);
  expect(pages).toEqual([null, "b", "d", "f", "h"]);
});

it("begins each pass at the first claim that is not final, and once a day at the first claim", async () => {
  const { clock, pages, settled, compare } = openLog({ a: ago(dayMs), b: null, c: ago(dayMs) });
  await compare.execute();
  settled.set("b", clock.at);
  settled.set("d", clock.at);
  clock.at += 2 * minuteMs;
  expect(await compare.execute()).toBe(2);
  expect(pages).toEqual([null, "b", "a", "c"]);
  clock.at += dayMs;
  await compare.execute();
  await compare.execute();
  expect(pages.slice(-3)).toEqual([null, "b", "d"]);
});
