import { expect } from "vitest";
import type { SalesQueries } from "../../../src/application/ports/sales-queries.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import type { Clauses } from "../../support/contract-on-databases.js";
import { productId } from "../../support/order-data.js";
import { boardFrom, writeSales } from "../../support/sales-data.js";
import { isLongRun } from "../../support/test-size.js";

import {
  ago,
  allBoards,
  boardsRaisedFor,
  fillSums,
  ids,
  kept,
  pairs,
  queriesIn,
  sell,
  spread,
  today,
  units,
} from "./sold-units.js";

/** Clauses about totals, products and ranks. */
export const boardClauses: Clauses<SalesQueries> = {
  "returns the units sold within each board's days": async (queries, { db }) => {
    const sales = spread();
    await sell(db, ...sales);
    await writeSales(db, units("a", 1000));
    const requested = ids("a", "B", "c", "d", "unknown", "_");
    const read = await queries.totals(allBoards, requested);
    expect(read.map(({ board }) => board)).toEqual(allBoards);
    for (const { board, totals } of read) {
      const expected = boardFrom(sales, board).filter(([id]) => requested.includes(id));
      expect(new Map(pairs(totals))).toEqual(new Map(expected));
      expect(totals).toHaveLength(expected.length);
    }
  },

  "reads the totals of all boards in one query": async (queries, { db }) => {
    await sell(db, ...spread());
    expect(await queriesIn(db, () => queries.totals(kept, ids("a", "B", "c")))).toBe(1);
  },

  "reads the totals of few boards and of no products": async (queries, { db }) => {
    await sell(db, ...spread());
    const all = boardOf("all", today);
    expect(await queries.totals([all], ids("c"))).toEqual([{ board: all, totals: [{ productId: "c", quantity: 70 }] }]);
    const old = boardsRaisedFor(ago(400));
    expect(await queries.totals(old, ids("d"))).toEqual([{ board: all, totals: [{ productId: "d", quantity: 5 }] }]);
    expect(await queries.totals([boardOf("1d", today)], [])).toEqual([{ board: boardOf("1d", today), totals: [] }]);
    expect(await queries.totals([boardOf("1d", today)], ids("c"))).toEqual([
      { board: boardOf("1d", today), totals: [] },
    ]);
    expect(await queries.totals([], ids("a"))).toEqual([]);
  },

  "pages through all sold products in byte order": async (queries, { db }) => {
    await sell(db, ...spread());
    const order = ids("-", "B", "Z9", "_", "a", "b", "c", "d");
    expect(await queries.soldAfter(null, 100)).toEqual(order);
    expect(await queries.soldAfter(null, 3)).toEqual(order.slice(0, 3));
    expect(await queries.soldAfter(productId("Z9"), 3)).toEqual(order.slice(3, 6));
    expect(await queries.soldAfter(productId("d"), 3)).toEqual([]);
  },

  "pages through the products of a day, also if a row or its sales are missing": async (queries, { db }) => {
    await sell(db, ...spread(), units("a", 1), units("e", 1));
    await db.knex("product_sales_daily").where({ product_id: "a", business_day: today }).delete();
    await db.knex("product_sales_daily").insert({ product_id: "zz", business_day: today, quantity: 3, revenue: 3 });
    const order = ids("-", "_", "a", "e", "zz");
    expect(await queries.soldOn(today, null, 100)).toEqual(order);
    expect(await queries.soldOn(today, null, 5)).toEqual(order);
    expect(await queries.soldOn(today, null, 2)).toEqual(order.slice(0, 2));
    expect(await queries.soldOn(today, productId("_"), 2)).toEqual(order.slice(2, 4));
    expect(await queries.soldOn(today, productId("zz"), 2)).toEqual([]);
    expect(await queries.soldOn(ago(400), null, 2)).toEqual(ids("a"));
    expect(await queries.soldOn(ago(401), null, 2)).toEqual([]);
  },

  "ranks products as boards do": async (queries, { db }) => {
    const sales = spread();
    await sell(db, ...sales);
    await db.knex("product_sales_daily").insert({ product_id: "none", business_day: today, quantity: 0, revenue: 0 });
    for (const board of allBoards) {
      const expected = boardFrom(sales, board).map(([id, quantity], index) => ({
        productId: id,
        quantity,
        rank: index + 1,
      }));
      expect(await queries.rank(board, 100, [])).toEqual(expected);
      expect(await queries.rank(board, 2, [])).toEqual(expected.slice(0, 2));
      const others = ids("B", "unknown", "none", "_");
      expect(await queries.rank(board, 0, others)).toEqual(
        expected.filter(({ productId }) => others.includes(productId)),
      );
      expect(await queries.rank(board, 0, [])).toEqual([]);
    }
  },

  // A read that takes longer than 1.5 s fails as `engine-unavailable`.
  "ranks many products in time": async (queries, { db }) => {
    // SQLite cannot interrupt a read, so a small number shows the same there.
    const products = isLongRun || db.dialect.name === "mysql" ? 100_000 : 10_000;
    await fillSums(db, products, [today, ago(1), ago(2)]);
    const idOf = (n: number) => `p${String(n).padStart(6, "0")}`;
    const best = [
      { productId: idOf(products - 1), quantity: 2997, rank: 1 },
      { productId: idOf(products - 1001), quantity: 2997, rank: 2 },
    ];
    for (const window of ["3d", "all"] as const)
      expect(await queries.rank(boardOf(window, today), 2, ids("p000001", "p000000"))).toEqual([
        ...best,
        { productId: "p000001", quantity: 3, rank: 0.999 * products },
      ]);
  },
};
