import { describe, expect, it } from "vitest";
import type { BusinessDay } from "../../src/domain/business-day.js";
import type { ProductId } from "../../src/domain/ids.js";
import { boardOf } from "../../src/domain/sales-window.js";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { day, dayAt, itemsOf, nextDay, now, report, sale, sold, toNoon } from "./boards.js";
import { addProduct } from "./shop.js";

const rows = (app: HttpApp, from: string, to: string, more = "") =>
  app.ask("GET", `/api/v1/statistics/products?from=${from}&to=${to}${more}`);
const sync = (app: HttpApp, businessDay: string) => app.ask("POST", `/api/v1/admin/statistics/${businessDay}/sync`);
const drifts = async (app: HttpApp, day: string) =>
  (await app.ask("GET", `/api/v1/admin/statistics/drifts?from=${day}&to=${day}`)).body;
const rebuild = (app: HttpApp, body: unknown) => app.ask("POST", "/api/v1/admin/rankings/rebuild", { body });

/** An app at noon with products a and b and filled boards, where nothing happens by itself. */
const open = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  toNoon(app);
  for (const productId of ["a", "b"]) await addProduct(app, { productId });
  await app.application.fillBoards.execute();
  return app;
};

/** Has what was sold booked and on the boards. */
const count = async (app: HttpApp): Promise<void> => {
  await app.application.bookSales.bookUnbooked();
  await app.application.compareBoards.all();
};

/** Makes the day's board show too little of a product. */
const misplace = async (app: HttpApp, productId: string, businessDay: string, seen: number): Promise<void> => {
  const board = boardOf("1d", businessDay as BusinessDay);
  await app.application.salesBoard.lower(board, [{ productId: productId as ProductId, quantity: 1, seen }]);
};

describe("the statistics of a day", () => {
  // Proves: D1
  it("are there once the day is over and closed, by the price of each sale", async () => {
    const app = await open();
    const today = dayAt(app);
    await report(app, [sale("a", { quantity: 2, unitPrice: 1500 }), sale("a"), sale("b", { unitPrice: 0 })]);
    await app.ask("PATCH", "/api/v1/products/a", { body: { unitPrice: 9 } });
    const early = await sync(app, today);
    expectProblem(early, "day-not-closed");
    expect(early.body.businessDay).toBe(today);
    expectProblem(await sync(app, dayAt(app, 1)), "day-not-closed");
    await nextDay(app);
    expect((await rows(app, today, today)).body).toEqual({ items: [], nextCursor: null });
    const closed = await sync(app, today);
    // Booked here, and so on the board before it was compared.
    expect([closed.status, closed.body]).toEqual([200, { businessDay: today, rows: 2, drift: [] }]);
    const ofA = { businessDay: today, productId: "a", quantity: 3, revenue: 4000 };
    const ofB = { businessDay: today, productId: "b", quantity: 1, revenue: 0 };
    expect(await rows(app, today, today)).toMatchObject({ status: 200, body: { items: [ofA, ofB], nextCursor: null } });
    expect((await rows(app, today, today, "&productId=b")).body.items).toEqual([ofB]);
    expect((await rows(app, today, today, "&productId=none")).body.items).toEqual([]);
    const page = (await rows(app, today, dayAt(app), "&limit=1")).body;
    expect(page.items).toEqual([ofA]);
    const next = await rows(app, today, dayAt(app), `&limit=1&cursor=${page.nextCursor}`);
    expect(next.body).toEqual({ items: [ofB], nextCursor: null });
  });

  it("grow with a late sale, and a day without sales has none", async () => {
    const app = await open();
    const today = dayAt(app);
    await sold(app, { a: 1 });
    await nextDay(app, 2);
    await sync(app, today);
    expect((await sync(app, dayAt(app, -1))).body).toEqual({ businessDay: dayAt(app, -1), rows: 0, drift: [] });
    await report(app, [sale("a", { quantity: 4, occurredAt: new Date(now(app) - 2 * day).toISOString() })]);
    await count(app);
    expect((await rows(app, today, dayAt(app))).body.items).toEqual([
      { businessDay: today, productId: "a", quantity: 5, revenue: 5000 },
    ]);
  });

  it("are closed every night by themselves", async () => {
    const app = await open();
    const today = dayAt(app);
    await sold(app, { a: 2 });
    app.advance(day);
    await app.work();
    const items = [{ businessDay: today, productId: "a", quantity: 2, revenue: 2000 }];
    await expect.poll(async () => (await rows(app, today, today)).body.items).toEqual(items);
  });

  it("tell what differed, once, and mend it", async () => {
    const app = await open();
    const today = dayAt(app);
    await sold(app, { a: 5, b: 2 });
    await count(app);
    await nextDay(app);
    await misplace(app, "a", today, 5);
    const drift = [{ productId: "a", board: 1, sales: 5 }];
    expect((await sync(app, today)).body).toEqual({ businessDay: today, rows: 2, drift });
    expect((await sync(app, today)).body).toEqual({ businessDay: today, rows: 2, drift: [] });
    expect((await drifts(app, today)).items).toEqual([{ businessDay: today, ...drift[0] }]);
    // Past the day on which its board is let go, only the rows can differ.
    await nextDay(app, 3);
    await app.backends.database.knex("product_sales_daily").where("product_id", "b").update({ quantity: 7 });
    expect((await sync(app, today)).body.drift).toEqual([{ productId: "b", board: null, sales: 2 }]);
    expect((await rows(app, today, today, "&productId=b")).body.items).toMatchObject([{ quantity: 2, revenue: 2000 }]);
  });

  it("are of days that there are, 92 at most", async () => {
    const app = await startHttpApp();
    for (const [from, to] of [
      ["2026-01-01", "2026-04-02"],
      ["2028-02-29", "2028-02-29"],
    ] as const)
      expect((await rows(app, from, to)).body).toEqual({ items: [], nextCursor: null });
    expect((await rows(app, "9999-12-31", "9999-12-31")).status).toBe(200);
    expect(faultsOf(await rows(app, "2026-01-01", "2026-04-03"))).toEqual(["query/to"]);
    expect(faultsOf(await rows(app, "0001-01-01", "9999-12-31"))).toEqual(["query/to"]);
    for (const wrong of ["abc", "", "2026-00-01", "2026-13-01"]) {
      expect(faultsOf(await rows(app, wrong, "2026-11-20"))).toEqual(["query/from"]);
      expect(faultsOf(await rows(app, wrong, wrong))).toEqual(["query/from", "query/to"]);
      expect(faultsOf(await app.ask("GET", `/api/v1/admin/statistics/drifts?from=${wrong}&to=2026-11-20`))).toEqual([
        "query/from",
      ]);
    }
    for (const wrong of ["2026-02-29", "2026-13-01", "20261121", "2026-W47", "an-id"])
      expect(faultsOf(await sync(app, wrong))).toEqual(["path/businessDay"]);
    expect(
      faultsOf(await app.ask("POST", "/api/v1/admin/statistics/2020-01-01/sync", { body: { all: true } })),
    ).toEqual(["#/all"]);
  });
});

describe("a rebuild of the products' boards", () => {
  it("finds and mends what differs, on every board", async () => {
    const app = await open();
    await sold(app, { a: 5, b: 2 });
    await count(app);
    await misplace(app, "a", dayAt(app), 5);
    expect(await itemsOf(app, "products?window=1d", "productId", "quantity")).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect(await rebuild(app, { board: "products" })).toMatchObject({
      status: 200,
      body: { board: "products", entries: 2, drift: 1 },
    });
    expect(await itemsOf(app, "products?window=1d", "productId", "quantity")).toEqual([
      ["a", 5],
      ["b", 2],
    ]);
    expect((await rebuild(app, { board: "products" })).body).toEqual({ board: "products", entries: 2, drift: 0 });
  });

  it("is refused where no board is named", async () => {
    const app = await startHttpApp();
    for (const board of ["all", "sold-out", "", null, undefined, 1])
      expect(faultsOf(await rebuild(app, { board }))).toEqual(["#/board"]);
    expect(faultsOf(await rebuild(app, { board: "products", limit: 1 }))).toEqual(["#/limit"]);
    expect(faultsOf(await app.ask("POST", "/api/v1/admin/rankings/rebuild"))).toEqual(["#"]);
  });
});

describe("an operator's long work", () => {
  it("is answered however long it takes, where any other request is late", async () => {
    const begun: string[] = [];
    let end = () => {};
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    const late = async () => {
      await done;
      return { businessDay: "2020-01-01", rows: 0, drift: [], entries: 0, items: [], next: null };
    };
    const slow = (name: string) => () => {
      begun.push(name);
      return late();
    };
    const instead = {
      closeDay: { execute: slow("sync") } as never,
      compareBoards: { all: slow("rebuild") } as never,
      products: { list: slow("list") } as never,
    };
    const app = await startHttpApp({ deadlineMs: 20, instead });
    const long = [sync(app, "2020-01-01"), rebuild(app, { board: "products" })];
    await expect.poll(() => begun.length).toBe(2);
    expectProblem(await app.ask("GET", "/api/v1/products"), "deadline-exceeded");
    end();
    expect((await Promise.all(long)).map(({ status }) => status)).toEqual([200, 200]);
  });
});
