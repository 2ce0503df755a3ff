import { describe, expect, it } from "vitest";
import { replaceMethods } from "../../support/replace-methods.js";
import { listed, lists, products, salesOfTwoDays } from "./popular-lists.js";
import { openSalesFixture, sold, unavailable } from "./sales-fixture.js";

/** A fixture that counts ranking queries. Each query waits until `finish` lets it run. */
const openWithSlowQueries = async () => {
  const waiting: (() => void)[] = [];
  const queries = { begun: 0, running: 0, maxRunning: 0, fail: false };
  const shop = await openSalesFixture({
    products,
    sales: (correct) =>
      replaceMethods(correct, {
        rank: async (...call) => {
          queries.begun += 1;
          queries.running += 1;
          queries.maxRunning = Math.max(queries.maxRunning, queries.running);
          await new Promise<void>((resolve) => waiting.push(resolve));
          queries.running -= 1;
          return queries.fail ? unavailable("database")() : correct.rank(...call);
        },
      }),
  });
  await shop.sell(...salesOfTwoDays);
  /** Lets queries run one by one until `reading` is settled. */
  const finish = async <T>(reading: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settled = reading.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    while (!isSettled) {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return settled;
  };
  return { shop, queries, finish };
};

describe("a cold board", () => {
  it("is read by one query at a time for any number of readers, and the result is kept for 30 s", async () => {
    const { shop, queries, finish } = await openWithSlowQueries();
    const readers = Array.from({ length: 20 }, (_, n) => listed(shop, n % 2 === 0 ? "1d" : "3d", 100));
    const read = await finish(Promise.all(readers));
    expect(read[0]).toEqual(lists["1d"]);
    expect(read[19]).toEqual(lists["3d"]);
    expect(queries).toMatchObject({ begun: 4, maxRunning: 1 });
    await shop.sell(sold("8", "a", 50));
    shop.clock.at += 29_999;
    expect(await finish(listed(shop, "1d", 100))).toEqual(lists["1d"]);
    expect(queries.begun).toBe(4);
    shop.clock.at += 1;
    expect((await finish(listed(shop, "1d", 100)))[0]).toEqual([1, "a", 50, 0]);
  });

  it("reports the time of its query in asOf while the result is kept", async () => {
    const { shop, finish } = await openWithSlowQueries();
    const readAt = shop.clock.at;
    const asOf = async () => (await finish(shop.listPopularProducts.execute("1d", 1))).asOf;
    expect(await asOf()).toBe(readAt);
    shop.clock.at += 29_999;
    expect(await asOf()).toBe(readAt);
    shop.clock.at += 1;
    expect(await asOf()).toBe(readAt + 30_000);
    await shop.fillBoards.execute();
    shop.clock.at += 10_000;
    expect(await asOf()).toBe(readAt + 40_000);
  });

  it("is read from the board as soon as the board is ready", async () => {
    const { shop, queries, finish } = await openWithSlowQueries();
    await finish(listed(shop, "1d", 100));
    await shop.sell(sold("8", "a", 50));
    await shop.fillBoards.execute();
    const { begun } = queries;
    expect((await listed(shop, "1d", 100))[0]).toEqual([1, "a", 50, 0]);
    expect(queries.begun).toBe(begun);
  });

  it("is queried again after a failed query", async () => {
    const { shop, queries, finish } = await openWithSlowQueries();
    queries.fail = true;
    const problem = { code: "engine-unavailable", engine: "database" };
    await expect(finish(listed(shop, "1d", 5))).rejects.toMatchObject({ problem });
    queries.fail = false;
    expect(await finish(listed(shop, "1d", 5))).toEqual(lists["1d"]);
  });
});
