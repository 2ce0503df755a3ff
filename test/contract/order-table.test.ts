import fc from "fast-check";
import { expect } from "vitest";
import { insertRows } from "../../src/adapters/sql/insert-rows.js";
import { changingColumns, fixedColumns, recordOf } from "../../src/adapters/sql/order-record.js";
import { SqlOrderTable } from "../../src/adapters/sql/sql-order-table.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { hasEnded, type Order } from "../../src/domain/order.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { rowsIn, userId } from "../support/coupon-data.js";
import {
  anyTrail,
  awaiting,
  cancelled,
  later,
  money,
  orderId,
  paying,
  placed,
  productId,
  stocked,
  userCouponId,
  writeOrders,
} from "../support/order-data.js";
import { type Meet, withoutLocks, workOn, workWith } from "../support/table-work.js";

const lock = (work: UnitOfWork, ...ids: readonly string[]) => work.run((tx) => tx.orders.lock(ids.map(orderId)));
const save = (work: UnitOfWork, ...orders: readonly Order[]) => work.run((tx) => tx.orders.save(orders));

/** Names the state of an order. */
const stateOf = (order: Order): string => {
  if (order.status === "pending") return `pending, ${order.step}`;
  if (order.status === "awaiting-payment") return order.openPayment === null ? "awaiting" : "awaiting, payment open";
  return order.status === "cancelled" ? `cancelled, ${order.reason}` : order.status;
};
const everyState = [
  ...["placed", "stock-refused", "stocked", "coupon-refused", "redeemed"].map((step) => `pending, ${step}`),
  ...["awaiting", "awaiting, payment open", "confirmed"],
  ...["out-of-stock", "coupon-not-redeemable", "expired", "cancelled-by-shopper", "internal"].map(
    (reason) => `cancelled, ${reason}`,
  ),
];

const clauses: Clauses<UnitOfWork> = {
  "stores every field of an order in every state": async (work) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyTrail, async (trail) => {
        await work.run(async (tx) => {
          for (const [index, order] of trail.entries()) {
            if (index === 0) expect(await tx.orders.add(order)).toBe(true);
            else await tx.orders.save([order]);
            expect(await tx.orders.lock([order.orderId])).toEqual([order]);
            expect(await tx.orders.find(order.orderId)).toEqual(order);
            seen.add(stateOf(order));
          }
        });
      }),
      { seed: 4, numRuns: 60, endOnFailure: true },
    );
    expect([...seen].sort()).toEqual(everyState.toSorted());
  },

  "adds one order per id, and keeps the first": async (work) => {
    const first = placed("a", { userCouponId: userCouponId("c") });
    await work.run(async (tx) => {
      expect(await tx.orders.add(first)).toBe(true);
      expect(await tx.orders.add(cancelled(placed("a", { userId: userId("other") })))).toBe(false);
      expect(await tx.orders.add(placed("A"))).toBe(true);
      expect(await tx.orders.lock([orderId("a")])).toEqual([first]);
    });
    expect(await lock(work, "A", "a")).toEqual([placed("A"), first]);
  },

  "adds one of ten concurrent orders with one id": async (work, { db }) => {
    const adders = Array.from({ length: 10 }, (_, index) =>
      work.run((tx) => tx.orders.add(placed("a", { userId: userId(`shopper-${index}`) }))),
    );
    expect((await Promise.all(adders)).filter((added) => added)).toHaveLength(1);
    expect(await rowsIn(db, "orders")).toBe(1);
  },

  "locks the orders that exist, in id order": async (work, { db }) => {
    await writeOrders(db, placed("b"), placed("C"), placed("a"), placed("d"));
    const locked = await lock(work, "b", "nothing", "C", "a");
    expect(locked.map((order) => order.orderId)).toEqual(["C", "a", "b"]);
    expect(await lock(work)).toEqual([]);
  },

  "writes the fields that change, and never the others": async (work, { db }) => {
    await writeOrders(db, placed("a", { userCouponId: userCouponId("c") }), placed("b"));
    const forged = {
      ...awaiting(placed("a", { placedAt: later(5), userId: userId("thief") }), later(9)),
      lines: [{ productId: productId("gold"), quantity: 9, unitPrice: money(0) }],
      subtotal: money(0),
      discount: money(400),
    };
    await save(work, forged as Order);
    const { timeline, discount } = forged;
    const kept = { ...awaiting(placed("a")), userCouponId: userCouponId("c"), timeline, discount };
    expect(await lock(work, "a", "b")).toEqual([kept, placed("b")]);
    await save(work);
    expect(await rowsIn(db, "orders")).toBe(2);
  },

  "writes 1,200 orders, each with its own state": async (work, { db }) => {
    const ways = [stocked, awaiting, paying, cancelled, (order: Order) => order];
    const orders = Array.from({ length: 1200 }, (_, index) => placed(`o${String(index).padStart(4, "0")}`));
    await writeOrders(db, ...orders);
    const moved = orders.map((order, index) => ways[index % ways.length]?.(order, later(index)) ?? order);
    await save(work, ...moved.toReversed());
    expect(await lock(work, ...orders.map((order) => order.orderId))).toEqual(moved);
  },

  "lets one transaction at a time change an order": async (work, { db }) => {
    await writeOrders(db, awaiting(placed("a")), awaiting(placed("b")));
    const decide = (index: number) =>
      work.run(async (tx) => {
        const ids = index % 2 === 0 ? ["a", "b"] : ["b", "a"];
        const [order, other] = await tx.orders.lock(ids.map(orderId));
        if (order === undefined || other === undefined || hasEnded(order)) return 0;
        // Without a lock, another transaction would run here.
        await tx.orders.lock([orderId("nothing")]);
        await tx.orders.save([cancelled(order, later(index)), cancelled(other, later(index))]);
        return 1;
      });
    const decided = await Promise.all(Array.from({ length: 10 }, (_, index) => decide(index)));
    expect(decided.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  },
};

type Orders = Partial<SqlOrderTable>;
/** The table with some methods replaced. */
const withWrong = (wrong: (right: SqlOrderTable, trx: Statements, meet: Meet) => Orders) =>
  workWith((trx, meet) => {
    const right = new SqlOrderTable(trx);
    return { orders: Object.assign(new SqlOrderTable(trx), wrong(right, trx, meet)) };
  });

const columns = [...fixedColumns, ...changingColumns];

contractOnDatabases("OrderTable", workOn, clauses, [
  {
    wrong: "writes all fields of an order",
    breaks: "writes the fields that change, and never the others",
    make: withWrong((_, trx) => ({
      save: (orders) => {
        const rows = orders.map(recordOf).map((record) => columns.map((column) => record[column]));
        return insertRows(trx, "orders", columns, rows, { unique: "order_id", overwrite: columns });
      },
    })),
  },
  {
    wrong: "does not store the open payment",
    breaks: "stores every field of an order in every state",
    make: withWrong((right) => ({
      save: (orders) =>
        right.save(orders.map((each) => (each.status === "awaiting-payment" ? { ...each, openPayment: null } : each))),
    })),
  },
  {
    wrong: "writes the state of the first order to all",
    breaks: "writes 1,200 orders, each with its own state",
    make: withWrong((right) => ({
      save: (orders) => right.save(orders.map(({ orderId }) => ({ ...orders[0], orderId }) as Order)),
    })),
  },
  {
    wrong: "reads without a lock",
    breaks: "lets one transaction at a time change an order",
    make: withWrong((_, trx, meet) => ({
      lock: async (ids) => {
        const found = await new SqlOrderTable(withoutLocks(trx)).lock(ids);
        if (found.length > 0) await meet();
        return found;
      },
    })),
    only: "mysql",
  },
  {
    wrong: "reads whether an id is free before it writes",
    breaks: "adds one of ten concurrent orders with one id",
    make: withWrong((right, _, meet) => ({
      add: async (order) => {
        if ((await right.lock([order.orderId])).length > 0) return false;
        await meet();
        await right.save([order]);
        return true;
      },
    })),
    only: "mysql",
  },
]);
