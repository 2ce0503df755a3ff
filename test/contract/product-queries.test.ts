import { expect } from "vitest";
import { SqlProductQueries } from "../../src/adapters/sql/sql-product-queries.js";
import type { ProductQueries } from "../../src/application/ports/product-queries.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { scansFully } from "../support/full-scan.js";
import { addProducts, later, money, oneOf, product, productId } from "../support/order-data.js";
import { workOn } from "../support/table-work.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const clauses: Clauses<ProductQueries> = {
  "find a product and its stock": async (queries, { db }) => {
    expect(await queries.find(productId("a"))).toBeUndefined();
    await addProducts(db, 1_000_000_000, product("a", { category: "books", unitPrice: money(1_000_000_000) }));
    await workOn(db).run(async (tx) => {
      await tx.products.move(oneOf("reserve", "a", "a", "a"));
      await tx.products.move(oneOf("sell", "a"));
      await tx.products.change(productId("a"), { name: "New", restock: 1 });
    });
    expect(await queries.find(productId("a"))).toEqual({
      product: product("a", { name: "New", category: "books", unitPrice: money(1_000_000_000) }),
      stock: { initial: 1_000_000_000, restocked: 1, onHand: 999_999_998, reserved: 2, sold: 1 },
    });
    expect(await queries.find(productId("A"))).toBeUndefined();
  },

  "find products by their ids": async (queries, { db }) => {
    await addProducts(db, 1, product("a"), product("B", { category: "books" }), product("c"));
    const found = await queries.byIds(["B", "nothing", "a", "b"].map(productId));
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([product("a"), product("B", { category: "books" })]));
    expect(await queries.byIds([])).toEqual([]);
  },

  "list products oldest first, each once, while others are added": async (queries, { db }) => {
    const add = (id: string, at: number) => workOn(db).run((tx) => tx.products.add(product(id), at, later(at)));
    for (const [id, at] of [
      ["z", 1],
      ["m", 2],
      ["b", 2],
      ["a", 2],
      ["c", 3],
    ] as const)
      await add(id, at);
    const first = await queries.list(null, 2);
    expect(first?.items.map((item) => [item.product.productId, item.stock.onHand])).toEqual([
      ["z", 1],
      ["a", 2],
    ]);
    await add("y", 0);
    await add("d", 4);
    const rest = await walkPages((cursor) => queries.list(cursor ?? first?.next ?? null, 2));
    expect(rest.map((item) => item.product.productId)).toEqual(["b", "m", "c", "d"]);
    expect((await queries.list(null, 7))?.next).toBeNull();
    for (const cursor of foreignCursors) expect(await queries.list(cursor, 2)).toBeUndefined();
  },

  "read no more products than they return": async (queries, { db }) => {
    await addProducts(db, 1, ...Array.from({ length: 1000 }, (_, n) => product(`p${n}`)));
    for (const query of [() => queries.find(productId("p5")), () => queries.byIds(["p5", "p7"].map(productId))])
      expect(await scansFully(db, query)).toBe(false);
  },
};

class PagesByOffset extends SqlProductQueries {
  override async list(cursor: string | null, limit: number) {
    const whole = (await super.list(null, 1000))?.items ?? [];
    const from = cursor === null ? 0 : Number(cursor);
    const items = whole.slice(from, from + limit);
    return { items, next: from + limit < whole.length ? String(from + limit) : null };
  }
}

class CountsReservedAsOnHand extends SqlProductQueries {
  override async find(id: ReturnType<typeof productId>) {
    const found = await super.find(id);
    return found && { ...found, stock: { ...found.stock, onHand: found.stock.onHand + found.stock.reserved } };
  }
}

contractOnDatabases<ProductQueries>("ProductQueries", (db) => new SqlProductQueries(db), clauses, [
  {
    wrong: "pages by offset",
    breaks: "list products oldest first, each once, while others are added",
    make: (db) => new PagesByOffset(db),
  },
  {
    wrong: "counts reserved units as on hand",
    breaks: "find a product and its stock",
    make: (db) => new CountsReservedAsOnHand(db),
  },
]);
