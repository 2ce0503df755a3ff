import { expect } from "vitest";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { BusinessDay } from "../../../src/domain/business-day.js";
import type { DayRow, Sale } from "../../../src/domain/sale.js";
import type { Clauses } from "../../support/contract-on-databases.js";
import { noon } from "../../support/coupon-data.js";
import { later, money, productId } from "../../support/order-data.js";
import {
  day,
  daySumsIn,
  daySumsOf,
  sale,
  saleId,
  salesAbove2To53,
  salesIn,
  totalsIn,
  totalsOf,
  writeSales,
} from "../../support/sales-data.js";

export const today = day("2026-11-21");
const yesterday = day("2026-11-20");
export const row = (id: string, quantity: number, revenue: number | bigint): DayRow => ({
  productId: productId(id),
  quantity,
  revenue: BigInt(revenue),
});

/** Books as the use case does. Returns how many sales it booked. */
const book = (work: UnitOfWork, ...ids: readonly string[]) =>
  work.run(async (tx) => {
    const unbooked = await tx.sales.lockUnbooked(ids.map(saleId));
    await tx.sales.book(unbooked);
    return unbooked.length;
  });
/** Closes a day of some products as the use case does. */
const close = (work: UnitOfWork, on: BusinessDay, ...ids: readonly string[]) =>
  work.run(async (tx) => {
    const productIds = ids.map(productId);
    await tx.sales.lockDay(on, productIds);
    await tx.sales.saveDay(on, await tx.sales.sumDay(on, productIds));
  });

/** Sales of two products on two days at three prices. */
const sales = [
  sale("shop:a", { productId: productId("p"), quantity: 2, unitPrice: money(500) }),
  sale("shop:b", { productId: productId("p"), quantity: 3, unitPrice: money(700) }),
  sale("shop:c", { productId: productId("P"), quantity: 5, unitPrice: money(1) }),
  sale("shop:d", { productId: productId("p"), quantity: 7, unitPrice: money(500), businessDay: yesterday }),
];
const ids = sales.map((each) => each.saleId);

/** What one call adds. */
const add = (work: UnitOfWork, ...given: readonly Sale[]) => work.run((tx) => tx.sales.add(given));

export const clauses: Clauses<UnitOfWork> = {
  "adds each sale id once, with the values of its first call": async (work, { db }) => {
    const [ofOrder, ofShop, otherCase] = [sale("order:o:p"), sale("shop:o:p", { quantity: 1000 }), sale("shop:O:p")];
    await add(work, ofOrder, ofShop);
    const changed = { productId: productId("q"), quantity: 7, unitPrice: money(0), occurredAt: later(9) };
    await add(work, sale("order:o:p", { ...changed, businessDay: day("2027-01-01") }), otherCase);
    await add(work, sale("shop:twice", { quantity: 2 }), sale("shop:twice", { quantity: 3 }), ofShop);
    await add(work);
    expect(await salesIn(db)).toEqual([ofOrder, otherCase, ofShop, sale("shop:twice", { quantity: 2 })]);
  },

  "adds a batch of 1,200 sales, 700 of which are known": async (work, { db }) => {
    const many = Array.from({ length: 1200 }, (_, n) => sale(`shop:${n + 1000}`, { quantity: n + 1 }));
    await add(work, ...many.slice(0, 700));
    await add(work, ...many);
    expect(await salesIn(db)).toEqual(many);
  },

  "adds a sale once in ten concurrent calls": async (work, { db }) => {
    const [a, b] = [sale("shop:a"), sale("shop:b")];
    await Promise.all(Array.from({ length: 10 }, (_, n) => add(work, ...(n % 2 === 0 ? [a, b] : [b, a]))));
    expect(await salesIn(db)).toEqual([a, b]);
  },

  "returns which sales are new and skips known ones": async (work, { db }) => {
    const [a, b] = [sale("shop:a", { quantity: 2 }), sale("shop:b")];
    const addNew = (...given: readonly Sale[]) => work.run((tx) => tx.sales.addNew(given));
    expect(await addNew(a, sale("shop:a", { quantity: 9 }))).toEqual([a]);
    expect(await addNew(sale("shop:a", { quantity: 9 }), b)).toEqual([b]);
    expect(await addNew(a, b)).toEqual([]);
    expect(await addNew()).toEqual([]);
    expect(await salesIn(db)).toEqual([a, b]);
    const many = Array.from({ length: 1100 }, (_, n) => sale(`shop:n${n}`));
    expect(await addNew(...many.slice(400, 600))).toHaveLength(200);
    expect(await addNew(...many)).toHaveLength(900);
    expect(await book(work, ...many.map((each) => each.saleId))).toBe(1100);
  },

  "returns a sale as new to one of ten concurrent calls": async (work) => {
    const given = Array.from({ length: 10 }, (_, n) => sale("shop:a", { quantity: n + 1 }));
    const added = await Promise.all(
      given.map((each) => work.run((tx) => tx.sales.addNew([each, sale(`shop:${each.quantity}`)]))),
    );
    expect(added.flat()).toHaveLength(11);
  },

  "locks unbooked sales in id order": async (work, { db }) => {
    await writeSales(db, ...sales);
    await book(work, "shop:b");
    const asked = ["shop:d", "shop:b", "shop:unknown", "shop:a", "SHOP:c"].map(saleId);
    expect(await work.run((tx) => tx.sales.lockUnbooked(asked))).toEqual([sales[0], sales[3]]);
    expect(await work.run((tx) => tx.sales.lockUnbooked([]))).toEqual([]);
  },

  "books each sale once: on its day, at its price, and for all time": async (work, { db }) => {
    await writeSales(db, ...sales);
    expect(await book(work, ...ids.slice(0, 2))).toBe(2);
    expect(await daySumsIn(db)).toEqual({ "2026-11-21 p": [5, 3100n] });
    expect([await book(work, ...ids), await book(work, ...ids), await book(work)]).toEqual([2, 0, 0]);
    expect(await daySumsIn(db)).toEqual(daySumsOf(sales));
    expect(await totalsIn(db)).toEqual({ P: 5, p: 12 });
  },

  "rejects a batch with a booked sale and books nothing of it": async (work, { db }) => {
    await writeSales(db, ...sales);
    await book(work, "shop:b");
    await expect(work.run((tx) => tx.sales.book(sales))).rejects.toThrow();
    expect(await daySumsIn(db)).toEqual({ "2026-11-21 p": [3, 2100n] });
    expect(await book(work, ...ids)).toBe(3);
  },

  "books 1,200 sales of 600 products in one call, with sums above 32 bits": async (work, { db }) => {
    const many = Array.from({ length: 1200 }, (_, n) =>
      sale(`shop:${n}`, { productId: productId(`p${n % 600}`), quantity: 1000, unitPrice: money(1_000_000_000) }),
    );
    await writeSales(db, ...many);
    expect(await book(work, ...many.map((each) => each.saleId))).toBe(1200);
    expect(await daySumsIn(db)).toEqual(daySumsOf(many));
    expect(await work.run((tx) => tx.sales.sumDay(today, [productId("p7")]))).toEqual([row("p7", 2000, 2e12)]);
    expect(await totalsIn(db)).toEqual(totalsOf(many));
  },

  // Proves: D1
  "keeps a revenue above 2⁵³ exact": async (work, { db }) => {
    const many = salesAbove2To53("p");
    await writeSales(db, ...many);
    expect(await book(work, ...many.map((each) => each.saleId))).toBe(many.length);
    const revenue = 2n ** 53n + 1n;
    expect(await daySumsIn(db)).toEqual({ "2026-11-21 p": [9_007_200, revenue] });
    const rows = [row("p", 9_007_200, revenue)];
    expect(await work.run((tx) => tx.sales.sumDay(today, [productId("p")]))).toEqual(rows);
    await close(work, today, "p");
    expect(await work.run((tx) => tx.sales.lockDay(today, [productId("p")]))).toEqual(rows);
  },

  // Proves: D2
  "counts each sale once when ten overlapping batches are booked concurrently": async (work, { db }) => {
    const many = Array.from({ length: 40 }, (_, n) => sale(`shop:${n + 10}`, { productId: productId(`p${n % 4}`) }));
    await writeSales(db, ...many);
    const batches = Array.from({ length: 10 }, (_, n) => many.slice(2 * n, 2 * n + 22).map((each) => each.saleId));
    const booked = await Promise.all(
      batches.map((batch, n) => book(work, ...(n % 2 === 0 ? batch : batch.toReversed()))),
    );
    expect(booked.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(await daySumsIn(db)).toEqual(daySumsOf(many));
    expect(await totalsIn(db)).toEqual(totalsOf(many));
  },

  "reads the rows of a day and inserts missing ones": async (work, { db }) => {
    await writeSales(db, ...sales);
    await book(work, ...ids);
    const asked = ["p", "q", "P"].map(productId);
    const read = await work.run((tx) => tx.sales.lockDay(today, asked));
    expect(read.toSorted((a, b) => (a.productId < b.productId ? -1 : 1))).toEqual([
      row("P", 5, 5),
      row("p", 5, 3100),
      row("q", 0, 0),
    ]);
    expect(await db.knex("product_sales_daily").where("business_day", today).pluck("product_id")).toHaveLength(3);
    expect(await daySumsIn(db)).toEqual(daySumsOf(sales));
    expect(await work.run((tx) => tx.sales.lockDay(today, []))).toEqual([]);
  },

  // Proves: D1
  "sums the booked sales of a day, each at its price": async (work, { db }) => {
    await writeSales(db, ...sales, sale("shop:late", { quantity: 100 }));
    await book(work, ...ids);
    const sum = (on: BusinessDay, ...of: readonly string[]) => work.run((tx) => tx.sales.sumDay(on, of.map(productId)));
    expect(await sum(today, "p", "q")).toEqual([row("p", 5, 3100)]);
    expect(await sum(today, "p", "P")).toHaveLength(2);
    expect(await sum(yesterday, "p", "P")).toEqual([row("p", 7, 3500)]);
    expect(await sum(day("2026-11-22"), "p")).toEqual([]);
    expect(await sum(today)).toEqual([]);
  },

  "overwrites the given rows only": async (work, { db }) => {
    await writeSales(db, ...sales);
    await book(work, ...ids);
    await work.run((tx) => tx.sales.saveDay(today, [row("p", 1, 2), row("new", 3, 4)]));
    await work.run((tx) => tx.sales.saveDay(today, []));
    expect(await daySumsIn(db)).toEqual({ ...daySumsOf(sales), "2026-11-21 p": [1, 2n], "2026-11-21 new": [3, 4n] });
    await close(work, today, "p", "P");
    expect(await daySumsIn(db)).toEqual({ ...daySumsOf(sales), "2026-11-21 new": [3, 4n] });
  },

  "sums a day only after a booking in progress": async (work, { db }) => {
    await writeSales(db, ...sales);
    await book(work, "shop:a");
    await Promise.all([book(work, "shop:b"), close(work, today, "p")]);
    expect(await daySumsIn(db)).toEqual(daySumsOf(sales.slice(0, 2)));
  },

  // Proves: D1
  "loses no booking that runs during a close": async (work, { db }) => {
    const many = Array.from({ length: 60 }, (_, n) => sale(`shop:${n}`, { productId: productId(`p${n % 3}`) }));
    await writeSales(db, ...many);
    const bookings = many.map((each) => book(work, each.saleId));
    const closings = Array.from({ length: 20 }, () => close(work, today, "p0", "p1", "p2"));
    await Promise.all([...bookings, ...closings]);
    expect(await daySumsIn(db)).toEqual(daySumsOf(many));
  },

  "records a closed day once and stores its drift": async (work, { db }) => {
    const drift = (id: string, board: number | null, sales: number) => ({ productId: productId(id), board, sales });
    await work.run((tx) => tx.sales.saveDrift(today, [drift("p", 3, 5), drift("q", null, 7)]));
    await work.run((tx) => tx.sales.saveDrift(yesterday, [drift("p", 1, 1)]));
    await work.run((tx) => tx.sales.recordClosedDay(today, noon));
    await work.run(async (tx) => {
      await tx.sales.saveDrift(today, [drift("p", 0, 6)]);
      await tx.sales.saveDrift(today, []);
      await tx.sales.recordClosedDay(today, later(9));
    });
    const closedDays = await db.knex("closed_days");
    expect(closedDays.map((each) => [each.business_day, Number(each.closed_at)])).toEqual([[today, noon]]);
    const kept = await db.knex("day_drifts").where("business_day", today).orderBy("product_id");
    expect(kept.map((each) => [each.product_id, each.board_quantity, each.sales_quantity])).toEqual([
      ["p", 0, 6],
      ["q", null, 7],
    ]);
  },
};
