import { describe, expect, it } from "vitest";
import { away, listed, lists, products, twoDays } from "./popular-lists.js";
import { but, openSalesShop, sold } from "./sales-shop.js";

describe("a cold board", () => {
  /** Counts rankings, each of which waits until it is let go. */
  const openColdShop = async () => {
    const waiting: (() => void)[] = [];
    let [running, most, begun] = [0, 0, 0];
    let fails = false;
    const shop = await openSalesShop({
      products,
      sales: (right) =>
        but(right, {
          rank: async (...asked) => {
            begun += 1;
            running += 1;
            most = Math.max(most, running);
            await new Promise<void>((resolve) => waiting.push(resolve));
            running -= 1;
            if (fails) return away();
            return right.rank(...asked);
          },
        }),
    });
    await shop.sell(...twoDays);
    const letGo = async <T>(asked: Promise<T>): Promise<T> => {
      let isDone = false;
      const done = asked.finally(() => {
        isDone = true;
      });
      done.catch(() => {});
      while (!isDone) {
        waiting.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return done;
    };
    return {
      shop,
      letGo,
      figures: () => ({ begun, most }),
      fail: (now: boolean) => {
        fails = now;
      },
    };
  };

  it("is asked for by one query at a time, however many read, and the answer is kept for 30 s", async () => {
    const { shop, letGo, figures } = await openColdShop();
    const readers = Array.from({ length: 20 }, (_, n) => listed(shop, n % 2 === 0 ? "1d" : "3d", 100));
    const read = await letGo(Promise.all(readers));
    expect(read[0]).toEqual(lists["1d"]);
    expect(read[19]).toEqual(lists["3d"]);
    expect(figures()).toEqual({ begun: 4, most: 1 });
    await shop.sell(sold("8", "a", 50));
    shop.clock.at += 29_999;
    expect(await letGo(listed(shop, "1d", 100))).toEqual(lists["1d"]);
    expect(figures().begun).toBe(4);
    shop.clock.at += 1;
    expect((await letGo(listed(shop, "1d", 100)))[0]).toEqual([1, "a", 50, 0]);
  });

  it("says when it was read, for as long as that answer is kept", async () => {
    const { shop, letGo } = await openColdShop();
    const readAt = shop.clock.at;
    const asOf = async () => (await letGo(shop.house.listPopularProducts.execute("1d", 1))).asOf;
    expect(await asOf()).toBe(readAt);
    shop.clock.at += 29_999;
    expect(await asOf()).toBe(readAt);
    shop.clock.at += 1;
    expect(await asOf()).toBe(readAt + 30_000);
    await shop.house.fillBoards.execute();
    shop.clock.at += 10_000;
    expect(await asOf()).toBe(readAt + 40_000);
  });

  it("is read from the board as soon as that is ready", async () => {
    const { shop, letGo, figures } = await openColdShop();
    await letGo(listed(shop, "1d", 100));
    await shop.sell(sold("8", "a", 50));
    await shop.house.fillBoards.execute();
    const { begun } = figures();
    expect((await listed(shop, "1d", 100))[0]).toEqual([1, "a", 50, 0]);
    expect(figures().begun).toBe(begun);
  });

  it("is asked for again after a failure", async () => {
    const { shop, letGo, fail } = await openColdShop();
    fail(true);
    await expect(letGo(listed(shop, "1d", 5))).rejects.toMatchObject({
      problem: { code: "engine-unavailable", engine: "redis" },
    });
    fail(false);
    expect(await letGo(listed(shop, "1d", 5))).toEqual(lists["1d"]);
  });
});
