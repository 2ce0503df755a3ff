import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUserCouponTable } from "../../src/adapters/sql/sql-user-coupon-table.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { coupon, noon, openCoupons } from "../support/drop.js";
import { money, orderId, userCouponId } from "../support/order.js";
import { type Meet, workOn, workWith } from "../support/table-work.js";

/** Puts a coupon of these ids, of `fixed` or `percent`, into the hands of a shopper named after it. */
const handOut = async (db: Database, kind: "fixed" | "percent", ...ids: readonly string[]): Promise<void> => {
  const rows = ids.map((id, index) => ({
    user_coupon_id: id,
    coupon_id: kind,
    user_id: `${id}-shopper`,
    position: index + 1,
    status: "issued",
    issued_at: noon,
  }));
  await db.knex.batchInsert("user_coupons", rows, 500);
};
const discounts = { fixed: { type: "fixed", value: money(700) }, percent: { type: "percent", value: 20 } } as const;
const openBoth = (db: Database) =>
  openCoupons(db, coupon("fixed", { discount: discounts.fixed }), coupon("percent", { discount: discounts.percent }));
/** `{coupon: order}` as uses. */
const uses = (of: Readonly<Record<string, string>>) =>
  Object.entries(of).map(([id, order]) => ({ userCouponId: userCouponId(id), orderId: orderId(order) }));
const redeem = (work: UnitOfWork, of: Readonly<Record<string, string>>) =>
  work.run((tx) => tx.userCoupons.redeem(uses(of)));
const giveBack = (work: UnitOfWork, ...orders: readonly string[]) =>
  work.run((tx) => tx.userCoupons.giveBack(orders.map(orderId)));
/** Which order each coupon serves; the shopper's list must say the same. */
const served = async (db: Database): Promise<Record<string, string | null>> => {
  const rows = await db.knex("user_coupons").select("user_coupon_id", "order_id", "status");
  for (const { order_id, status } of rows) expect(status).toBe(order_id === null ? "issued" : "used");
  return Object.fromEntries(rows.map((row) => [row.user_coupon_id, row.order_id]));
};

const clauses: Clauses<UnitOfWork> = {
  "know each coupon's shopper, order and discount": async (work, { db }) => {
    await openBoth(db);
    await handOut(db, "fixed", "b", "C");
    await handOut(db, "percent", "a");
    await redeem(work, { b: "order" });
    const ids = ["b", "nothing", "a", "C", "B"].map(userCouponId);
    const expected = [
      { userCouponId: "C", userId: "C-shopper", orderId: null, discount: discounts.fixed },
      { userCouponId: "a", userId: "a-shopper", orderId: null, discount: discounts.percent },
      { userCouponId: "b", userId: "b-shopper", orderId: "order", discount: discounts.fixed },
    ];
    await work.run(async (tx) => {
      expect(await tx.userCoupons.lock(ids)).toEqual(expected);
      expect((await tx.userCoupons.byIds(ids)).toSorted((x, y) => (x.userCouponId < y.userCouponId ? -1 : 1))).toEqual(
        expected,
      );
      expect([await tx.userCoupons.lock([]), await tx.userCoupons.byIds([])]).toEqual([[], []]);
    });
  },

  "give each of 1,200 coupons to its own order": async (work, { db }) => {
    const ids = Array.from({ length: 1200 }, (_, index) => `c${index}`);
    await handOut(db, "fixed", ...ids);
    const all = Object.fromEntries(ids.slice(1).map((id) => [id, `order-of-${id}`]));
    await redeem(work, all);
    expect(await served(db)).toEqual({ c0: null, ...all });
    await redeem(work, {});
  },

  "refuse what is not free, and then give nothing": async (work, { db }) => {
    await handOut(db, "fixed", "free", "taken");
    await redeem(work, { taken: "first" });
    for (const refused of [{ taken: "second" }, { taken: "first" }, { nothing: "a" }, { Free: "a" }])
      await expect(redeem(work, { free: "second", ...refused })).rejects.toThrow();
    const twice = [...uses({ free: "a" }), ...uses({ free: "b" })];
    await expect(work.run((tx) => tx.userCoupons.redeem(twice))).rejects.toThrow();
    expect(await served(db)).toEqual({ free: null, taken: "first" });
  },

  // Proves: O4
  "give a coupon to one of twenty orders that want it at once": async (work, { db }) => {
    await handOut(db, "fixed", "a");
    const orders = Array.from({ length: 20 }, (_, index) => redeem(work, { a: `order-${index}` }));
    const outcomes = await Promise.allSettled(orders);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  },

  "let one transaction at a time decide of a coupon": async (work, { db }) => {
    await openBoth(db);
    await handOut(db, "fixed", "a", "b");
    const decide = (index: number) =>
      work.run(async (tx) => {
        const ids = index % 2 === 0 ? ["a", "b"] : ["b", "a"];
        const held = await tx.userCoupons.lock(ids.map(userCouponId));
        if (held.some((each) => each.orderId !== null)) return 0;
        await tx.userCoupons.redeem(uses({ a: `order-${index}`, b: `order-${index}` }));
        return 1;
      });
    const decided = await Promise.all(Array.from({ length: 10 }, (_, index) => decide(index)));
    expect(decided.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  },

  // Proves: O4
  "take back what serves these very orders, and nothing else": async (work, { db }) => {
    await handOut(db, "fixed", "a", "b", "c", "free");
    await redeem(work, { a: "order", b: "Order", c: "other" });
    await giveBack(work, "order", "nothing");
    expect(await served(db)).toEqual({ a: null, b: "Order", c: "other", free: null });
    await giveBack(work);
    // Another order has it since: the first one's end, told again, must not take it.
    await redeem(work, { a: "next" });
    await giveBack(work, "order");
    expect(await served(db)).toEqual({ a: "next", b: "Order", c: "other", free: null });
    await giveBack(work, "next", "Order", "other");
    expect(await served(db)).toEqual({ a: null, b: null, c: null, free: null });
  },
};

type UserCoupons = Partial<SqlUserCouponTable>;
/** The table as it is, but for what `wrong` makes of it. */
const twin = (wrong: (right: SqlUserCouponTable, trx: Statements, meet: Meet) => UserCoupons) =>
  workWith((trx, meet) => {
    const right = new SqlUserCouponTable(trx);
    return { userCoupons: Object.assign(new SqlUserCouponTable(trx), wrong(right, trx, meet)) };
  });
type Uses = Parameters<SqlUserCouponTable["redeem"]>[0];
const write = async (trx: Statements, given: Uses) => {
  for (const { userCouponId: user_coupon_id, orderId: order_id } of given)
    await trx("user_coupons").where({ user_coupon_id }).update({ order_id, status: "used" });
};

contractOnDatabases("UserCouponTable", workOn, clauses, [
  {
    wrong: "gives what is not free",
    breaks: "refuse what is not free, and then give nothing",
    make: twin((_, trx) => ({ redeem: (given) => write(trx, given) })),
  },
  {
    // Negative control: O4
    wrong: "looks whether a coupon is free before it gives it",
    breaks: "give a coupon to one of twenty orders that want it at once",
    make: twin((right, trx, meet) => ({
      redeem: async (given) => {
        const held = await right.byIds(given.map((each) => each.userCouponId));
        if (held.some((each) => each.orderId !== null)) throw new Error("not free");
        await meet();
        await write(trx, given);
      },
    })),
    only: "mysql",
  },
  {
    wrong: "gives all to the first order",
    breaks: "give each of 1,200 coupons to its own order",
    make: twin((right) => ({
      redeem: (given) => right.redeem(given.map((each) => ({ ...each, orderId: given[0]?.orderId ?? each.orderId }))),
    })),
  },
  {
    wrong: "reads without a lock",
    breaks: "let one transaction at a time decide of a coupon",
    make: twin((right, _, meet) => ({
      lock: async (ids) => {
        const held = await right.byIds(ids);
        await meet();
        return held;
      },
    })),
    only: "mysql",
  },
  {
    wrong: "takes back whatever was used by anybody",
    breaks: "take back what serves these very orders, and nothing else",
    make: twin((_, trx) => ({
      giveBack: async () => {
        await trx("user_coupons").where({ status: "used" }).update({ order_id: null, status: "issued" });
      },
    })),
  },
]);
