import { describe, expect, it } from "vitest";
import type { BusinessDay } from "../../src/domain/business-day.js";
import type { ProductId } from "../../src/domain/ids.js";
import { boardOf } from "../../src/domain/sales-window.js";
import type { EpochMs } from "../../src/domain/time.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { salesAbove2To53, writeSales } from "../support/sales-data.js";
import { day, dayAt, itemsOf, moveToNoon, nextDay, now, report, reportUnits, sale } from "./board-fixture.js";
import { addProduct } from "./order-fixture.js";

const statistics = (app: HttpApp, from: string, to: string, more: object = {}) =>
  app.client
    .get("/api/v1/statistics/products")
    .query({ from, to, ...more })
    .expect(200);
const close = (app: HttpApp, businessDay: string) => app.client.post(`/api/v1/admin/statistics/${businessDay}/sync`);
const driftsOf = async (app: HttpApp, businessDay: string) =>
  (await app.client.get("/api/v1/admin/statistics/drifts").query({ from: businessDay, to: businessDay }).expect(200))
    .body.items;
const rebuild = (app: HttpApp) => app.client.post("/api/v1/admin/rankings/rebuild").send({ board: "products" });

/** Returns an app at noon with the products a and b and filled boards; no job runs. */
const openShop = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  moveToNoon(app);
  for (const productId of ["a", "b"]) await addProduct(app, { productId });
  await app.application.fillBoards.execute();
  return app;
};

const bookSales = async (app: HttpApp): Promise<void> => {
  await app.application.bookSales.bookUnbooked();
  await app.application.compareBoards.all();
};

/** Lowers a product on the day's board to one unit; `seen` is its correct quantity. */
const corruptBoard = async (app: HttpApp, productId: string, businessDay: string, seen: number): Promise<void> => {
  const board = boardOf("1d", businessDay as BusinessDay);
  await app.application.salesBoard.lower(board, [{ productId: productId as ProductId, quantity: 1, seen }]);
};

describe("a business day", () => {
  // Proves: D1
  it("has statistics once it is closed, at the price of each sale", async () => {
    const app = await openShop();
    const today = dayAt(app);
    await report(app, sale("a", { quantity: 2, unitPrice: 1500 }), sale("a"), sale("b", { unitPrice: 0 })).expect(202);
    await app.client.patch("/api/v1/products/a").send({ unitPrice: 9 }).expect(200);
    for (const open of [today, dayAt(app, 1)])
      expectProblem(await close(app, open), "day-not-closed", { businessDay: open, today });
    await nextDay(app);
    expect((await statistics(app, today, today)).body.items).toEqual([]);
    // The sales are booked by this request, so the board has no drift.
    expect((await close(app, today).expect(200)).body).toEqual({ businessDay: today, rows: 2, drift: [] });
    const ofA = { businessDay: today, productId: "a", quantity: 3, revenue: 4000 };
    const ofB = { businessDay: today, productId: "b", quantity: 1, revenue: 0 };
    expect((await statistics(app, today, today)).body).toEqual({ items: [ofA, ofB], nextCursor: null });
    expect((await statistics(app, today, today, { productId: "b" })).body.items).toEqual([ofB]);
    expect((await statistics(app, today, today, { productId: "unknown" })).body.items).toEqual([]);
    const { items, nextCursor } = (await statistics(app, today, dayAt(app), { limit: 1 })).body;
    expect(items).toEqual([ofA]);
    const next = await statistics(app, today, dayAt(app), { limit: 1, cursor: nextCursor });
    expect(next.body).toEqual({ items: [ofB], nextCursor: null });
  });

  it("has the exact revenue above 2⁵³", async () => {
    const app = await openShop();
    const today = dayAt(app);
    const atNoon = { occurredAt: now(app) as EpochMs, businessDay: today as BusinessDay };
    await writeSales(app.backends.database, ...salesAbove2To53("a").map((each) => ({ ...each, ...atNoon })));
    await nextDay(app);
    expect((await close(app, today).expect(200)).body.drift).toEqual([]);
    expect((await statistics(app, today, today)).text).toContain('"revenue":9007199254740993');
    expect((await close(app, today).expect(200)).body.drift).toEqual([]);
  });

  it("includes a sale that is reported after the day was closed", async () => {
    const app = await openShop();
    const today = dayAt(app);
    await reportUnits(app, { a: 1 });
    await nextDay(app, 2);
    await close(app, today).expect(200);
    await report(app, sale("a", { quantity: 4, occurredAt: new Date(now(app) - 2 * day).toISOString() })).expect(202);
    await bookSales(app);
    expect((await statistics(app, today, dayAt(app))).body.items).toEqual([
      { businessDay: today, productId: "a", quantity: 5, revenue: 5000 },
    ]);
  });

  it("without sales has no rows", async () => {
    const app = await openShop();
    const yesterday = dayAt(app, -1);
    expect((await close(app, yesterday).expect(200)).body).toEqual({ businessDay: yesterday, rows: 0, drift: [] });
  });

  it("is closed by the daily close", async () => {
    const app = await openShop();
    const today = dayAt(app);
    await reportUnits(app, { a: 2 });
    app.advance(day);
    await app.work();
    await expect
      .poll(async () => (await statistics(app, today, today)).body.items)
      .toEqual([{ businessDay: today, productId: "a", quantity: 2, revenue: 2000 }]);
  });

  it("reports a difference once and repairs it", async () => {
    const app = await openShop();
    const today = dayAt(app);
    await reportUnits(app, { a: 5, b: 2 });
    await bookSales(app);
    await nextDay(app);
    await corruptBoard(app, "a", today, 5);
    const drift = { productId: "a", board: 1, sales: 5 };
    expect((await close(app, today).expect(200)).body).toEqual({ businessDay: today, rows: 2, drift: [drift] });
    expect((await close(app, today).expect(200)).body).toEqual({ businessDay: today, rows: 2, drift: [] });
    expect(await driftsOf(app, today)).toEqual([{ businessDay: today, ...drift }]);
    // Once the day's board is removed, only the rows can differ.
    await nextDay(app, 3);
    await app.backends.database.knex("product_sales_daily").where("product_id", "b").update({ quantity: 7 });
    const closed = await close(app, today).expect(200);
    expect(closed.body.drift).toEqual([{ productId: "b", board: null, sales: 2 }]);
    const { items } = (await statistics(app, today, today, { productId: "b" })).body;
    expect(items).toMatchObject([{ quantity: 2, revenue: 2000 }]);
  });
});

describe("GET /statistics/products", () => {
  it("accepts up to 92 days, including leap days and the last day", async () => {
    const app = await startHttpApp();
    for (const [from, to] of [
      ["2026-01-01", "2026-04-02"],
      ["2028-02-29", "2028-02-29"],
      ["9999-12-31", "9999-12-31"],
    ] as const)
      expect((await statistics(app, from, to)).body).toEqual({ items: [], nextCursor: null });
  });
});

describe("POST /admin/rankings/rebuild with the board products", () => {
  it("finds and repairs differences on every board", async () => {
    const app = await openShop();
    await reportUnits(app, { a: 5, b: 2 });
    await bookSales(app);
    await corruptBoard(app, "a", dayAt(app), 5);
    const items = () => itemsOf(app, "products?window=1d", "productId", "quantity");
    expect(await items()).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect((await rebuild(app).expect(200)).body).toEqual({ board: "products", entries: 2, drift: 1 });
    expect(await items()).toEqual([
      ["a", 5],
      ["b", 2],
    ]);
    expect((await rebuild(app).expect(200)).body).toEqual({ board: "products", entries: 2, drift: 0 });
  });
});

describe("a request of an operator that reads everything", () => {
  it("has no deadline, unlike other requests", async () => {
    const started: string[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = (name: string) => async () => {
      started.push(name);
      await finished;
      return { businessDay: "2020-01-01", rows: 0, drift: [], entries: 0, items: [], next: null };
    };
    const instead = {
      closeDay: { execute: slow("close") } as never,
      rebuildBoard: { execute: slow("rebuild") } as never,
      products: { list: slow("list") } as never,
    };
    const app = await startHttpApp({ deadlineMs: 20, instead });
    const slowRequests = Promise.all([close(app, "2020-01-01"), rebuild(app)]);
    await expect.poll(() => started.length).toBe(2);
    expectProblem(await app.client.get("/api/v1/products"), "deadline-exceeded");
    finish();
    expect((await slowRequests).map(({ status }) => status)).toEqual([200, 200]);
  });
});
