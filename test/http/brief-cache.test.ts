import { describe, expect, it } from "vitest";
import { BriefCache } from "../../src/adapters/http/api/board-responses.js";
import type { EpochMs } from "../../src/domain/time.js";

/** A cache of numbered reads with a clock that the test moves. */
const openCache = () => {
  const clock = { at: 1_000_000, now: () => clock.at as EpochMs };
  let reads = 0;
  const read = async () => {
    reads += 1;
    return reads;
  };
  return { clock, cache: new BriefCache<number>(clock), read };
};

describe("a brief cache", () => {
  it("reads once for all callers within half a second, per name", async () => {
    const { clock, cache, read } = openCache();
    expect(await Promise.all(Array.from({ length: 20 }, () => cache.recent("a", read)))).toEqual(Array(20).fill(1));
    clock.at += 499;
    expect(await cache.recent("a", read)).toBe(1);
    expect(await cache.recent("b", read)).toBe(2);
    clock.at += 1;
    expect(await cache.recent("a", read)).toBe(3);
  });

  it("shares a read in progress however long it takes; its age counts from its start", async () => {
    const { clock, cache, read } = openCache();
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = cache.recent("a", () => finished.then(read));
    clock.at += 1500;
    const second = cache.recent("a", read);
    finish();
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(await cache.recent("a", read)).toBe(2);
  });

  it("shares a renewed value with later callers", async () => {
    const { cache, read } = openCache();
    expect(await cache.recent("a", read)).toBe(1);
    expect(await cache.renewed("a", read)).toBe(2);
    expect(await cache.recent("a", read)).toBe(2);
  });

  it("passes a failure to all waiting callers and does not keep it", async () => {
    const { cache, read } = openCache();
    const fail = () => Promise.reject(new Error("unreachable"));
    for (const waiting of [cache.recent("a", fail), cache.recent("a", read)])
      await expect(waiting).rejects.toThrow("unreachable");
    expect(await cache.recent("a", read)).toBe(1);
  });

  it("reads again when the clock was set back", async () => {
    const { clock, cache, read } = openCache();
    await cache.recent("a", read);
    clock.at -= 3_600_000;
    expect(await cache.recent("a", read)).toBe(2);
  });

  it("keeps the 256 most recently used names", async () => {
    const { cache, read } = openCache();
    await cache.recent("first", read);
    for (let n = 0; n < 255; n++) await cache.recent(`n${n}`, read);
    expect(await cache.recent("first", read)).toBe(1);
    await cache.recent("one more", read);
    expect(await cache.recent("first", read)).toBe(1);
    expect(await cache.recent("n0", read)).toBe(258);
  });
});
