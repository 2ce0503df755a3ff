import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/domain/problem.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { board, brief, day, itemsOf, nextDay, now, report, sale, shows, sold, toNoon } from "./boards.js";
import { addProduct, pay, payableOrder } from "./shop.js";

const place = ["productId", "quantity", "movement"];

/** An app at noon that books what is sold, with products a, b and c. */
const open = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  toNoon(app);
  await app.work();
  for (const productId of ["a", "b", "c"]) await addProduct(app, { productId, name: `Cup ${productId}` });
  return app;
};

describe("the board of best sellers", () => {
  it("is empty before anything is sold: of three days, five at most", async () => {
    const app = await startHttpApp();
    const asked = now(app);
    const { window, asOf, items } = await board(app, "products");
    expect({ window, items }).toEqual({ window: "3d", items: [] });
    expect(Date.parse(String(asOf))).toBeGreaterThanOrEqual(asked);
    expect(Date.parse(String(asOf))).toBeLessThanOrEqual(now(app));
  });

  it("ranks what was sold, by every window, with the details of now", async () => {
    const app = await open();
    await sold(app, { a: 2, b: 5, c: 2 });
    await shows(app, "products", place, [
      ["b", 5, "new"],
      ["c", 2, "new"],
      ["a", 2, "new"],
    ]);
    await app.ask("PATCH", "/api/v1/products/b", { body: { name: "Mug", unitPrice: 7 } });
    const best = { rank: 1, productId: "b", name: "Mug", unitPrice: 7, quantity: 5 };
    for (const window of ["1d", "3d", "7d", "30d", "all"]) {
      const shown = await board(app, `products?window=${window}&limit=1`);
      const movement = window === "all" ? null : "new";
      expect(shown).toEqual({ window, asOf: expect.any(String), items: [{ ...best, movement }] });
    }
    expect(await itemsOf(app, "products?limit=100", "rank")).toEqual([[1], [2], [3]]);
  });

  it("counts what orders sold when they are paid, and not before", async () => {
    const app = await open();
    const { orderId, productId } = await payableOrder(app);
    await sold(app, { a: 3 });
    await shows(app, "products?window=1d", place, [["a", 3, "new"]]);
    expect((await pay(app, "k1", { orderId, amount: 1000 })).status).toBe(201);
    await shows(app, "products?window=1d", place, [
      ["a", 3, "new"],
      [productId, 1, "new"],
    ]);
  });

  it("moves from day to day: windows lose their first day, and ranks are told against yesterday's", async () => {
    const app = await open();
    await sold(app, { a: 5, b: 3 });
    await shows(app, "products?window=1d", place, [
      ["a", 5, "new"],
      ["b", 3, "new"],
    ]);

    await nextDay(app);
    expect(await itemsOf(app, "products?window=1d", ...place)).toEqual([]);
    expect(await itemsOf(app, "products", ...place)).toEqual([
      ["a", 5, 0],
      ["b", 3, 0],
    ]);
    await sold(app, { b: 4, c: 1 });
    await shows(app, "products?window=1d", place, [
      ["b", 4, 1],
      ["c", 1, "new"],
    ]);
    expect(await itemsOf(app, "products", ...place)).toEqual([
      ["b", 7, 1],
      ["a", 5, -1],
      ["c", 1, "new"],
    ]);
    expect(await itemsOf(app, "products?window=all", ...place)).toEqual([
      ["b", 7, null],
      ["a", 5, null],
      ["c", 1, null],
    ]);

    await nextDay(app, 2);
    // The first day is out of three, and still among seven.
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
    expect(await itemsOf(app, "products?window=all", ...place)).toEqual([
      ["b", 7, null],
      ["a", 5, null],
      ["c", 1, null],
    ]);
  });

  it("takes a late sale to its own day, and to the windows that still hold it", async () => {
    const app = await open();
    const occurredAt = new Date(now(app) - 3 * day).toISOString();
    await report(app, [sale("a", { quantity: 4, occurredAt }), sale("b")]);
    await shows(app, "products?window=all", place, [
      ["a", 4, null],
      ["b", 1, null],
    ]);
    expect(await itemsOf(app, "products", ...place)).toEqual([["b", 1, "new"]]);
    expect(await itemsOf(app, "products?window=7d", ...place)).toEqual([
      ["a", 4, 0],
      ["b", 1, "new"],
    ]);
  });

  it("is right when nothing fills the boards: the database answers", async () => {
    const app = await startHttpApp();
    toNoon(app);
    const productId = await addProduct(app);
    await sold(app, { [productId]: 2 });
    await app.application.bookSales.bookUnbooked();
    const read = await board(app, "products");
    expect(Object.values(read.items ?? {}).map((item) => place.map((field) => item[field]))).toEqual([
      [productId, 2, "new"],
    ]);
    // The database is asked every 30 s at most, and the board says when it was.
    app.advance(20_000);
    expect(await board(app, "products")).toEqual(read);
    app.advance(20_000);
    const again = await board(app, "products");
    expect(again.items).toEqual(read.items);
    expect(Date.parse(String(again.asOf)) - Date.parse(String(read.asOf))).toBeGreaterThanOrEqual(40_000);
  });
});

describe("an answer of a board", () => {
  it("is made once for all who ask within half a second, query by query", async () => {
    const asked: string[] = [];
    const listPopularProducts = {
      execute: async (window: string, limit: number) => {
        asked.push(`${window} ${limit}`);
        return { asOf: now(app), items: [] };
      },
    } as never;
    const app: HttpApp = await startHttpApp({ instead: { listPopularProducts } });
    const ask = (query = "") => app.ask("GET", `/api/v1/rankings/products${query}`);
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask()));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    await ask("?window=3d&limit=5");
    expect(asked).toEqual(["3d 5"]);
    await ask("?window=1d");
    await ask("?limit=6");
    expect(asked).toEqual(["3d 5", "1d 5", "3d 6"]);
    app.advance(brief);
    expect((await ask()).text).not.toBe(answers[0]?.text);
    expect(asked).toHaveLength(4);
  });

  it("that could not be made is made anew for the next who asks", async () => {
    let away = true;
    const gone = new DomainError({ code: "engine-unavailable", engine: "database" });
    const none = { asOf: 0, items: [] };
    const listPopularProducts = { execute: async () => (away ? Promise.reject(gone) : none) } as never;
    const app = await startHttpApp({ instead: { listPopularProducts } });
    expectProblem(await app.ask("GET", "/api/v1/rankings/products"), "engine-unavailable");
    away = false;
    expect((await app.ask("GET", "/api/v1/rankings/products")).status).toBe(200);
  });

  it("is JSON with the headers that any has, and nothing to HEAD", async () => {
    const app = await startHttpApp();
    const [board, list] = [await app.ask("GET", "/api/v1/rankings/products"), await app.ask("GET", "/api/v1/products")];
    const names = ({ headers }: typeof board) => [...headers.keys()].sort();
    expect(names(board)).toEqual(names(list));
    expect(board.headers.get("content-type")).toBe(list.headers.get("content-type"));
    expect((await app.ask("HEAD", "/api/v1/rankings/products")).text).toBe("");
  });
});
