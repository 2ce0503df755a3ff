import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Gatherer, type GathererBounds } from "../../../src/application/gatherer.js";
import type { Entry } from "../../../src/application/gatherer-entry.js";
import { ManualTimers } from "../../support/manual-timers.js";

type Batch = { readonly key: string; readonly entries: readonly Entry<number, string>[]; finish(error?: Error): void };

/** A gatherer whose batches end when the test says so. */
const gathering = (bounds: Partial<GathererBounds> = {}, sizeOf?: (item: number) => number) => {
  const timers = new ManualTimers();
  const batches: Batch[] = [];
  const gatherer = new Gatherer<string, number, string>({
    bounds: { batchSize: 3, inFlight: 1, capacity: 10, timeoutMs: 1000, ...bounds },
    timers,
    unavailable: (reason) => new Error(reason),
    ...(sizeOf !== undefined && { sizeOf }),
    work: (key, entries) =>
      new Promise((resolve, reject) => {
        const finish = (error?: Error) => (error === undefined ? resolve() : reject(error));
        batches.push({ key, entries, finish });
      }),
  });
  const itemsOf = (batch: Batch | undefined) => batch?.entries.map(({ item }) => item);
  const settle = (batch: Batch | undefined) => {
    for (const entry of batch?.entries ?? []) entry.resolve(`done ${entry.item}`);
    batch?.finish();
  };
  return { timers, batches, gatherer, itemsOf, settle };
};

describe("Gatherer", () => {
  it("starts an idle key with the items of one turn, without waiting for a timer", async () => {
    const { gatherer, batches, itemsOf, settle } = gathering();
    const results = [gatherer.add("a", 1), gatherer.add("a", 2)];
    await turn();
    expect(batches.map(itemsOf)).toEqual([[1, 2]]);
    settle(batches[0]);
    expect(await Promise.all(results)).toEqual(["done 1", "done 2"]);
  });

  it("gathers what arrives while a batch is in flight, in order and up to the batch size", async () => {
    const { gatherer, batches, itemsOf, settle } = gathering();
    const all = [gatherer.add("a", 1)];
    await turn();
    for (const item of [2, 3, 4, 5]) all.push(gatherer.add("a", item));
    await turn();
    expect(batches).toHaveLength(1);
    for (let n = 0; n < 3; n += 1) {
      settle(batches[n]);
      await turn();
      await turn();
    }
    expect(batches.map(itemsOf)).toEqual([[1], [2, 3, 4], [5]]);
    expect(await Promise.all(all)).toHaveLength(5);
  });

  it("keeps the keys apart, so that a slow key delays no other", async () => {
    const { gatherer, batches, settle } = gathering();
    gatherer.add("slow", 1).catch(() => {});
    const fast = gatherer.add("fast", 2);
    await turn();
    settle(batches.find(({ key }) => key === "fast"));
    expect(await fast).toBe("done 2");
  });

  it("rejects one item alone when its entry fails", async () => {
    const { gatherer, batches } = gathering();
    const results = Promise.allSettled([gatherer.add("a", 1), gatherer.add("a", 2)]);
    await turn();
    const [first, second] = batches[0]?.entries ?? [];
    first?.reject(new Error("bad"));
    second?.resolve("good");
    batches[0]?.finish();
    expect(await results).toMatchObject([{ reason: { message: "bad" } }, { value: "good" }]);
  });

  it("rejects every item that a failed or forgetful batch has not settled", async () => {
    const { gatherer, batches } = gathering();
    const failed = Promise.allSettled([gatherer.add("a", 1), gatherer.add("b", 2)]);
    await turn();
    batches[0]?.finish(new Error("database gone"));
    batches[1]?.finish();
    expect(await failed).toMatchObject([
      { reason: { message: "database gone" } },
      { reason: { message: "the batch ended without a result for this item" } },
    ]);
  });

  it("rejects items above the capacity, and accepts again once others are settled", async () => {
    const { gatherer, batches, settle } = gathering({ capacity: 2 });
    const held = [gatherer.add("a", 1), gatherer.add("a", 2)];
    await expect(gatherer.add("a", 3)).rejects.toThrow("full");
    await turn();
    settle(batches[0]);
    await Promise.all(held);
    const next = gatherer.add("a", 4);
    await turn();
    await turn();
    settle(batches[1]);
    expect(await next).toBe("done 4");
  });

  it("counts an item as its size, for batches and for the capacity", async () => {
    const { gatherer, batches, itemsOf, settle } = gathering({ batchSize: 4, capacity: 7 }, (item) => item);
    const all = [gatherer.add("a", 3), gatherer.add("a", 3), gatherer.add("a", 1)];
    await expect(gatherer.add("a", 1)).rejects.toThrow("full");
    await turn();
    settle(batches[0]);
    await turn();
    await turn();
    settle(batches[1]);
    expect(batches.map(itemsOf)).toEqual([[3, 3], [1]]);
    await Promise.all(all);
  });

  it("rejects items past their timeout, in flight or waiting, and does not send the waiting ones", async () => {
    const { gatherer, batches, itemsOf, settle, timers } = gathering();
    const inFlight = expect(gatherer.add("a", 1)).rejects.toThrow("timeout");
    await turn();
    const waiting = expect(gatherer.add("a", 2)).rejects.toThrow("timeout");
    timers.advance(1000);
    await Promise.all([inFlight, waiting]);
    const late = gatherer.add("a", 3);
    settle(batches[0]);
    await turn();
    await turn();
    expect(batches.map(itemsOf)).toEqual([[1], [3]]);
    settle(batches[1]);
    expect(await late).toBe("done 3");
  });

  it("lets a batch linger until its time or until it is full", async () => {
    const { gatherer, batches, itemsOf, timers } = gathering({ lingerMs: 20 });
    for (const item of [1, 2]) gatherer.add("a", item).catch(() => {});
    for (const item of [3, 4, 5]) gatherer.add("full", item).catch(() => {});
    await turn();
    expect(batches.map(itemsOf)).toEqual([[3, 4, 5]]);
    timers.advance(20);
    expect(batches.map(itemsOf)).toEqual([
      [3, 4, 5],
      [1, 2],
    ]);
  });

  it("drains: starts what lingers, and waits for every batch", async () => {
    const { gatherer, batches, settle } = gathering({ lingerMs: 20 });
    const result = gatherer.add("a", 1);
    const drained = gatherer.drain();
    settle(batches[0]);
    await drained;
    expect(await result).toBe("done 1");
    await gatherer.drain();
  });
});
