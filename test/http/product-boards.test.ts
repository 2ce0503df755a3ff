import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/domain/problem.js";
import type { EpochMs } from "../../src/domain/time.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import {
  board,
  cacheMs,
  day,
  expectItems,
  itemsOf,
  moveToNoon,
  nextDay,
  now,
  report,
  reportUnits,
  sale,
} from "./board-fixture.js";
import { addProduct, newKey, pay, payableOrder } from "./order-fixture.js";

const place = ["productId", "quantity", "movement"];

/** Returns an app at noon with running jobs and the products a, b and c. */
const openShop = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  moveToNoon(app);
  await app.work();
  for (const productId of ["a", "b", "c"]) await addProduct(app, { productId, name: `Cup ${productId}` });
  return app;
};

describe("GET /rankings/products", () => {
  it("is empty before the first sale; the default window is 3d", async () => {
    const app = await startHttpApp();
    const before = now(app);
    const { window, asOf, items } = await board(app, "products");
    expect({ window, items }).toEqual({ window: "3d", items: [] });
    expect(Date.parse(asOf)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(asOf)).toBeLessThanOrEqual(now(app));
  });

  it("ranks products by units sold in every window, with their current names and prices", async () => {
    const app = await openShop();
    await reportUnits(app, { a: 2, b: 5, c: 2 });
    await expectItems(app, "products", place, [
      ["b", 5, "new"],
      ["c", 2, "new"],
      ["a", 2, "new"],
    ]);
    await app.client.patch("/api/v1/products/b").send({ name: "Mug", unitPrice: 7 }).expect(200);
    const best = { rank: 1, productId: "b", name: "Mug", unitPrice: 7, quantity: 5 };
    for (const window of ["1d", "3d", "7d", "30d", "all"]) {
      const movement = window === "all" ? null : "new";
      expect(await board(app, `products?window=${window}&limit=1`)).toEqual({
        window,
        asOf: expect.any(String),
        items: [{ ...best, movement }],
      });
    }
    expect(await itemsOf(app, "products?limit=100", "rank")).toEqual([[1], [2], [3]]);
  });

  it("counts an order's units when it is paid", async () => {
    const app = await openShop();
    const { orderId, productId } = await payableOrder(app);
    await reportUnits(app, { a: 3 });
    await expectItems(app, "products?window=1d", place, [["a", 3, "new"]]);
    await pay(app, newKey(), { orderId, amount: 1000 }).expect(201);
    await expectItems(app, "products?window=1d", place, [
      ["a", 3, "new"],
      [productId, 1, "new"],
    ]);
  });

  it("moves its windows at midnight and compares ranks with yesterday's window", async () => {
    const app = await openShop();
    await reportUnits(app, { a: 5, b: 3 });
    await expectItems(app, "products?window=1d", place, [
      ["a", 5, "new"],
      ["b", 3, "new"],
    ]);

    await nextDay(app);
    expect(await itemsOf(app, "products?window=1d", ...place)).toEqual([]);
    expect(await itemsOf(app, "products", ...place)).toEqual([
      ["a", 5, 0],
      ["b", 3, 0],
    ]);
    await reportUnits(app, { b: 4, c: 1 });
    await expectItems(app, "products?window=1d", place, [
      ["b", 4, 1],
      ["c", 1, "new"],
    ]);
    expect(await itemsOf(app, "products", ...place)).toEqual([
      ["b", 7, 1],
      ["a", 5, -1],
      ["c", 1, "new"],
    ]);
    const allTime = [
      ["b", 7, null],
      ["a", 5, null],
      ["c", 1, null],
    ];
    expect(await itemsOf(app, "products?window=all", ...place)).toEqual(allTime);

    await nextDay(app, 2);
    // The first day has left the window of 3 days but not that of 7.
    expect(await itemsOf(app, "products", ...place)).toEqual([
      ["b", 4, 0],
      ["c", 1, 1],
    ]);
    expect(await itemsOf(app, "products?window=7d", ...place)).toEqual([
      ["b", 7, 0],
      ["a", 5, 0],
      ["c", 1, 0],
    ]);
    await nextDay(app, 2);
    expect(await itemsOf(app, "products", ...place)).toEqual([]);
    await nextDay(app, 30);
    expect(await itemsOf(app, "products?window=30d", ...place)).toEqual([]);
    expect(await itemsOf(app, "products?window=all", ...place)).toEqual(allTime);
  });

  it("counts a late sale on its own day and in the windows that contain it", async () => {
    const app = await openShop();
    const occurredAt = new Date(now(app) - 3 * day).toISOString();
    await report(app, sale("a", { quantity: 4, occurredAt }), sale("b")).expect(202);
    await expectItems(app, "products?window=all", place, [
      ["a", 4, null],
      ["b", 1, null],
    ]);
    expect(await itemsOf(app, "products", ...place)).toEqual([["b", 1, "new"]]);
    expect(await itemsOf(app, "products?window=7d", ...place)).toEqual([
      ["a", 4, 0],
      ["b", 1, "new"],
    ]);
  });

  it("is read from the database while the boards are cold, at most every 30 s", async () => {
    const app = await startHttpApp();
    moveToNoon(app);
    const productId = await addProduct(app);
    await reportUnits(app, { [productId]: 2 });
    await app.application.bookSales.bookUnbooked();
    const first = await board(app, "products");
    expect(first.items).toMatchObject([{ productId, quantity: 2, movement: "new" }]);
    app.advance(20_000);
    expect(await board(app, "products")).toEqual(first);
    app.advance(20_000);
    const later = await board(app, "products");
    expect(later.items).toEqual(first.items);
    expect(Date.parse(later.asOf) - Date.parse(first.asOf)).toBeGreaterThanOrEqual(40_000);
  });
});

describe("the response of a board", () => {
  it("is cached for half a second per query", async () => {
    const reads: string[] = [];
    const clock = { at: 1_000_000 as EpochMs, now: () => clock.at };
    const listPopularProducts = {
      execute: async (window: string, limit: number) => {
        reads.push(`${window} ${limit}`);
        return { asOf: clock.now(), items: [] };
      },
    } as never;
    const app = await startHttpApp({ instead: { listPopularProducts, clock } });
    const read = (query = "") => app.client.get(`/api/v1/rankings/products${query}`).expect(200);
    const responses = await Promise.all(Array.from({ length: 30 }, () => read()));
    expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
    await read("?window=3d&limit=5");
    expect(reads).toEqual(["3d 5"]);
    await read("?window=1d");
    await read("?limit=6");
    expect(reads).toEqual(["3d 5", "1d 5", "3d 6"]);
    clock.at = (clock.at + cacheMs) as EpochMs;
    expect((await read()).text).not.toBe(responses[0]?.text);
    expect(reads).toHaveLength(4);
  });

  it("is not cached if the read failed", async () => {
    let isDown = true;
    const unavailable = new DomainError({ code: "engine-unavailable", engine: "database" });
    const listPopularProducts = {
      execute: async () => (isDown ? Promise.reject(unavailable) : { asOf: 0, items: [] }),
    } as never;
    const app = await startHttpApp({ instead: { listPopularProducts } });
    expectProblem(await app.client.get("/api/v1/rankings/products"), "engine-unavailable", {
      detail: "The database cannot be reached. Accepted requests are not lost.",
    });
    isDown = false;
    await app.client.get("/api/v1/rankings/products").expect(200);
  });

  it("has the headers of every JSON response, and no body for HEAD", async () => {
    const app = await startHttpApp();
    const [ranking, list] = [
      await app.client.get("/api/v1/rankings/products"),
      await app.client.get("/api/v1/products"),
    ];
    expect(Object.keys(ranking.headers).sort()).toEqual(Object.keys(list.headers).sort());
    expect(ranking.headers["content-type"]).toBe(list.headers["content-type"]);
    expect((await app.client.head("/api/v1/rankings/products")).text).toBeFalsy();
  });
});
