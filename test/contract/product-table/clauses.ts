import { expect } from "vitest";
import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlProductQueries } from "../../../src/adapters/sql/sql-product-queries.js";
import type { ProductChange } from "../../../src/application/ports/product-table.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { greatestStock, isBalanced, type StockMove } from "../../../src/domain/product.js";
import type { Clauses } from "../../support/contract-on-databases.js";
import { noon } from "../../support/coupon-data.js";
import { addProducts, later, money, oneOf, product, productId } from "../../support/order-data.js";

const stockOf = async (db: Database, id: string) => (await new SqlProductQueries(db).find(productId(id)))?.stock;
const move = (work: UnitOfWork, moves: readonly StockMove[]) => work.run((tx) => tx.products.move(moves));
/** Moves as the use cases do: a rejected move rolls back. */
const moveOrNothing = (work: UnitOfWork, moves: readonly StockMove[]) =>
  work.run(async (tx) => {
    if (!(await tx.products.move(moves))) throw new Error("rejected");
  });
const moving = (onHand: number, reserved: number, sold: number): readonly StockMove[] => [
  { productId: productId("a"), onHand, reserved, sold },
];

export const clauses: Clauses<UnitOfWork> = {
  "adds one product per id": async (work) => {
    expect(await work.run((tx) => tx.products.add(product("a", { category: "books" }), 5, noon))).toBe(true);
    await work.run(async (tx) => {
      expect(await tx.products.add(product("a", { name: "Other" }), 9, later(1))).toBe(false);
      expect(await tx.products.creation(productId("a"))).toEqual({
        product: product("a", { category: "books" }),
        stock: 5,
      });
      expect(await tx.products.add(product("A"), 0, noon)).toBe(true);
      expect(await tx.products.creation(productId("b"))).toBeUndefined();
    });
  },

  "returns a product as it was created, after any change": async (work, { db }) => {
    await work.run((tx) => tx.products.add(product("a", { category: "books" }), 5, noon));
    await work.run(async (tx) => {
      await tx.products.change(productId("a"), { name: "New", unitPrice: money(7), restock: 3 });
      await tx.products.move(oneOf("reserve", "a"));
    });
    const found = await work.run(async (tx) => [
      await tx.products.creation(productId("a")),
      await tx.products.byIds([productId("a"), productId("b")]),
    ]);
    expect(found).toEqual([
      { product: product("a", { category: "books" }), stock: 5 },
      [product("a", { name: "New", unitPrice: money(7), category: "books" })],
    ]);
    expect(await stockOf(db, "a")).toEqual({ initial: 5, restocked: 3, onHand: 7, reserved: 1, sold: 0 });
  },

  "locks rows in id order, and reads the units on hand": async (work, { db }) => {
    await addProducts(db, 4, product("b"), product("C"), product("a"));
    await move(work, oneOf("reserve", "C"));
    const ids = ["b", "nothing", "C", "a"].map(productId);
    expect([...(await work.run((tx) => tx.products.lock(ids)))]).toEqual([
      ["C", 3],
      ["a", 4],
      ["b", 4],
    ]);
    expect((await work.run((tx) => tx.products.lock([]))).size).toBe(0);
    expect(await work.run((tx) => tx.products.byIds([]))).toEqual([]);
  },

  "moves the units of each product, and no others": async (work, { db }) => {
    await addProducts(db, 10, product("a"), product("b"), product("c"));
    expect(await move(work, oneOf("reserve", "a", "a", "a", "b"))).toBe(true);
    expect(await move(work, [...oneOf("sell", "a", "a"), ...oneOf("give-back", "b")])).toBe(true);
    expect(await move(work, [])).toBe(true);
    const stocks = [await stockOf(db, "a"), await stockOf(db, "b"), await stockOf(db, "c")];
    expect(stocks.map((stock) => [stock?.onHand, stock?.reserved, stock?.sold])).toEqual([
      [7, 1, 2],
      [10, 0, 0],
      [10, 0, 0],
    ]);
    expect(stocks.every((stock) => stock && isBalanced(stock))).toBe(true);
  },

  "moves no count below 0": async (work, { db }) => {
    await addProducts(db, 3, product("a"));
    await move(work, oneOf("reserve", "a"));
    await move(work, oneOf("sell", "a"));
    await move(work, oneOf("reserve", "a"));
    for (const rejected of [moving(-2, 2, 0), moving(2, -2, 0), moving(0, -2, 2), moving(0, 2, -2)])
      expect(await move(work, rejected)).toBe(false);
    expect(await stockOf(db, "a")).toMatchObject({ onHand: 1, reserved: 1, sold: 1 });
    for (const last of [moving(-1, 1, 0), moving(0, -2, 2), moving(3, 0, -3)])
      expect(await move(work, last)).toBe(true);
    expect(await stockOf(db, "a")).toMatchObject({ onHand: 3, reserved: 0, sold: 0 });
  },

  // Proves: O1
  "moves all of 1,200 products or none, wherever the short one is": async (work, { db }) => {
    const ids = Array.from({ length: 1200 }, (_, index) => `p${String(index).padStart(4, "0")}`);
    await addProducts(db, 1, ...ids.map((id) => product(id)));
    const all = oneOf("reserve", ...ids);
    for (const at of [0, 600, 1199]) {
      const short = all.map((each, index) => (index === at ? { ...each, onHand: -2 } : each));
      const unknown = all.map((each, index) => (index === at ? { ...each, productId: productId("nothing") } : each));
      for (const rejected of [short, unknown]) await expect(moveOrNothing(work, rejected)).rejects.toThrow("rejected");
      expect(await db.knex("products").sum({ n: "on_hand" }).first()).toSatisfy(({ n }) => Number(n) === 1200);
    }
    await moveOrNothing(work, all);
    expect(await db.knex("products").where({ on_hand: 0, reserved: 1 }).pluck("product_id")).toHaveLength(1200);
  },

  // Proves: O1
  "moves the last five units for five of twenty concurrent requests": async (work, { db }) => {
    await addProducts(db, 5, product("a"), product("b", { name: "Plenty" }));
    await work.run((tx) => tx.products.change(productId("b"), { restock: 100 }));
    const reservations = Array.from({ length: 20 }, () => moveOrNothing(work, oneOf("reserve", "a", "b")));
    const outcomes = await Promise.allSettled(reservations);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(await stockOf(db, "a")).toMatchObject({ onHand: 0, reserved: 5 });
    expect(await stockOf(db, "b")).toMatchObject({ onHand: 100, reserved: 5 });
  },

  "keeps its locks, so that the units that were read can be moved": async (work, { db }) => {
    await addProducts(db, 1, product("a"), product("b"));
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        work.run(async (tx) => {
          const ids = index % 2 === 0 ? ["a", "b"] : ["b", "a"];
          const onHand = await tx.products.lock(ids.map(productId));
          if ((onHand.get(productId("a")) ?? 0) < 1) return 0;
          // Without a lock, another transaction would run here.
          await tx.products.byIds([productId("a")]);
          if (!(await tx.products.move(oneOf("reserve", "a", "b")))) throw new Error("locked units are missing");
          return 1;
        }),
      ),
    );
    expect(taken.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  },

  "changes the given fields and no others": async (work, { db }) => {
    await addProducts(db, 5, product("a", { category: "books" }), product("b"));
    const change = (facts: ProductChange) => changeOf(work, "a", facts);
    expect(await change({ name: "It's 100 % ?" })).toBe("changed");
    expect(await change({ unitPrice: money(0) })).toBe("changed");
    expect(await change({ unitPrice: money(0) })).toBe("changed");
    expect(await change({})).toBe("changed");
    expect(await changeOf(work, "nothing", { name: "x" })).toBe("unknown");
    const [a, b] = await work.run((tx) =>
      tx.products
        .byIds([productId("a")])
        .then(async (found) => [...found, ...(await tx.products.byIds([productId("b")]))]),
    );
    expect(a).toEqual(product("a", { name: "It's 100 % ?", unitPrice: money(0), category: "books" }));
    expect(b).toEqual(product("b"));
    expect(await stockOf(db, "a")).toMatchObject({ restocked: 0, onHand: 5 });
  },

  "restocks up to the greatest stock, on hand and reserved together": async (work, { db }) => {
    await addProducts(db, 10, product("a"));
    await move(work, oneOf("reserve", ...Array<string>(4).fill("a")));
    await move(work, oneOf("sell", "a"));
    // Nine units count: six on hand and three reserved. The sold one does not.
    const room = greatestStock - 9;
    expect(await changeOf(work, "a", { name: "New", restock: room + 1 })).toBe("too-large");
    expect(await work.run((tx) => tx.products.byIds([productId("a")]))).toEqual([product("a")]);
    expect(await changeOf(work, "a", { restock: room })).toBe("changed");
    expect(await changeOf(work, "a", { restock: 1 })).toBe("too-large");
    expect(await changeOf(work, "a", { name: "New" })).toBe("changed");
    const stock = await stockOf(db, "a");
    expect(stock).toEqual({ initial: 10, restocked: room, onHand: greatestStock - 3, reserved: 3, sold: 1 });
    expect(await move(work, oneOf("give-back", "a", "a", "a"))).toBe(true);
    expect((await stockOf(db, "a"))?.onHand).toBe(greatestStock);
  },

  "reports a change only if it was made, while a payment makes room": async (work, { db }) => {
    await addProducts(db, 1, product("a"));
    expect(await changeOf(work, "a", { restock: greatestStock - 1 })).toBe("changed");
    await move(work, oneOf("reserve", "a"));
    const [outcome] = await Promise.all([changeOf(work, "a", { restock: 1 }), move(work, oneOf("sell", "a"))]);
    const added = outcome === "changed" ? 1 : 0;
    expect(await stockOf(db, "a")).toMatchObject({ restocked: greatestStock - 1 + added, reserved: 0, sold: 1 });
  },
};

const changeOf = (work: UnitOfWork, id: string, change: ProductChange) =>
  work.run((tx) => tx.products.change(productId(id), change));
