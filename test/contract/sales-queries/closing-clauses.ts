import { expect } from "vitest";
import type { SalesQueries } from "../../../src/application/ports/sales-queries.js";
import { plusDays } from "../../../src/domain/business-day.js";
import type { Clauses } from "../../support/contract-on-databases.js";
import { scansFully } from "../../support/full-scan.js";
import { productId } from "../../support/order-data.js";
import { sale, writeSales } from "../../support/sales-data.js";
import { workOn } from "../../support/table-work.js";
import { foreignCursors, walkPages } from "../../support/walk-pages.js";

import { ago, fillSums, ids, kept, recordClosed, sell, today, units } from "./sold-units.js";

/** Clauses about unbooked sales, unclosed days, closed days and drift. */
export const closingClauses: Clauses<SalesQueries> = {
  "returns unbooked sales in id order": async (queries, { db }) => {
    const unbooked = ["shop:b", "order:b", "shop:A"].map((id) => sale(id));
    await writeSales(db, ...unbooked);
    await sell(db, sale("shop:c"), sale("order:a"));
    expect(await queries.unbooked(9)).toEqual(["order:b", "shop:A", "shop:b"]);
    expect(await queries.unbooked(2)).toEqual(["order:b", "shop:A"]);
  },

  "finds the next day that is over and not closed": async (queries, { db }) => {
    await sell(db, units("a", 1, 0), units("a", 1, 2), units("b", 1, 2), units("a", 1, 5), units("a", 1, 9));
    expect(await queries.nextOpenDay(null, today)).toBe(ago(9));
    expect(await queries.nextOpenDay(ago(9), today)).toBe(ago(5));
    await recordClosed(db, ago(9), ago(5), ago(4));
    expect(await queries.nextOpenDay(null, today)).toBe(ago(2));
    expect(await queries.nextOpenDay(ago(2), today)).toBeNull();
    expect(await queries.nextOpenDay(null, ago(2))).toBeNull();
    expect(await queries.nextOpenDay(null, plusDays(today, 1))).toBe(ago(2));
    await recordClosed(db, ago(2));
    expect(await queries.nextOpenDay(null, today)).toBeNull();
  },

  "finds a day whose rows or sales are missing": async (queries, { db }) => {
    await sell(db, units("a", 1, 3));
    await db.knex("product_sales_daily").delete();
    await db.knex("product_sales_daily").insert({ product_id: "zz", business_day: ago(7), quantity: 3, revenue: 3 });
    expect(await queries.nextOpenDay(null, today)).toBe(ago(7));
    expect(await queries.nextOpenDay(ago(7), today)).toBe(ago(3));
    expect(await queries.nextOpenDay(ago(3), today)).toBeNull();
  },

  "lists a revenue above 2⁵³ with all digits": async (queries, { db }) => {
    const revenue = 2n ** 53n + 1n;
    const row = { product_id: "zz", business_day: ago(1), quantity: 3, revenue: String(revenue) };
    await db.knex("product_sales_daily").insert(row);
    await recordClosed(db, ago(1));
    const listed = await queries.days(ago(1), ago(1), null, null, 9);
    expect(listed?.items).toEqual([{ businessDay: ago(1), productId: "zz", quantity: 3, revenue }]);
  },

  "lists the rows of closed days by day and product, each once, also if rows are added in between": async (
    queries,
    { db },
  ) => {
    await sell(
      db,
      ...[1, 2, 3, 4].flatMap((days) => [units("a", days, days), units("B", 1, days), units("c", 2, days)]),
    );
    await recordClosed(db, ago(4), ago(2), ago(1));
    const list = (from: number, to: number, only: string | null, cursor: string | null = null, limit = 2) =>
      queries.days(ago(from), ago(to), only === null ? null : productId(only), cursor, limit);
    const first = await list(4, 2, null);
    expect(first?.items).toEqual([
      { businessDay: ago(4), productId: "B", quantity: 1, revenue: 1000n },
      { businessDay: ago(4), productId: "a", quantity: 4, revenue: 4000n },
    ]);
    await sell(db, units("A", 9, 4), units("b", 9, 4));
    const rest = await walkPages((cursor) => list(4, 2, null, cursor ?? first?.next));
    expect(rest.map(({ businessDay, productId }) => [businessDay, productId])).toEqual([
      ...["b", "c"].map((id) => [ago(4), id]),
      ...["B", "a", "c"].map((id) => [ago(2), id]),
    ]);
    expect((await list(9, 0, "a", null, 9))?.items.map(({ quantity }) => quantity)).toEqual([4, 2, 1]);
    expect(await list(2, 2, "a", null, 1)).toMatchObject({ items: [{ quantity: 2 }], next: null });
    expect(await list(3, 3, null)).toEqual({ items: [], next: null });
    for (const cursor of [
      ...foreignCursors.filter((each) => each !== Buffer.from('["a","b"]').toString("base64url")),
      "WzEsMl0",
    ])
      expect(await list(9, 0, null, cursor)).toBeUndefined();
  },

  "lists the drift of the requested days by day and product, each once": async (queries, { db }) => {
    const drift = (days: number, id: string, board: number | null = 1) =>
      workOn(db).run((tx) => tx.sales.saveDrift(ago(days), [{ productId: productId(id), board, sales: 2 ** 40 }]));
    for (const days of [4, 3, 2, 1]) for (const id of ["c", "a", "B"]) await drift(days, id);
    await drift(2, "a", null);
    const list = (cursor: string | null, limit = 2) => queries.drifts(ago(3), ago(2), cursor, limit);
    expect((await list(null))?.items).toEqual([
      { businessDay: ago(3), productId: "B", board: 1, sales: 2 ** 40 },
      { businessDay: ago(3), productId: "a", board: 1, sales: 2 ** 40 },
    ]);
    const all = await walkPages((cursor) => list(cursor));
    expect(all.map(({ businessDay, productId, board }) => [businessDay, productId, board])).toEqual([
      ...["B", "a", "c"].map((id) => [ago(3), id, 1]),
      ...["B", "a", "c"].map((id) => [ago(2), id, id === "a" ? null : 1]),
    ]);
    expect(await list("WzEsMl0")).toBeUndefined();
  },

  "reads no other days and products": async (queries, { db }) => {
    const days = Array.from({ length: 40 }, (_, n) => ago(n + 1));
    await fillSums(db, 50, days);
    await sell(
      db,
      ...Array.from({ length: 2000 }, (_, n) => units(`p${String(n % 50).padStart(6, "0")}`, 1, (n % 40) + 1)),
    );
    await recordClosed(db, ...days.slice(3));
    await db.knex.raw(
      db.dialect.name === "mysql"
        ? "ANALYZE TABLE sales, product_sales_daily, product_sales_total, closed_days"
        : "ANALYZE",
    );
    const reads: Readonly<Record<string, () => Promise<unknown>>> = {
      totals: () => queries.totals(kept, ids("p000001", "p000002")),
      soldAfter: () => queries.soldAfter(productId("p000040"), 5),
      soldOn: () => queries.soldOn(ago(20), productId("p000040"), 5),
      unbooked: () => queries.unbooked(500),
      nextOpenDay: () => queries.nextOpenDay(null, today),
      days: () => queries.days(ago(2), ago(1), null, null, 5),
      drifts: () => queries.drifts(ago(2), ago(1), null, 5),
    };
    for (const [name, read] of Object.entries(reads)) expect([name, await scansFully(db, read)]).toEqual([name, false]);
    expect(await queries.nextOpenDay(null, today)).toBe(ago(3));
  },
};
