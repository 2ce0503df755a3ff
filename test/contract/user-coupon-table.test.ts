import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUserCouponTable } from "../../src/adapters/sql/sql-user-coupon-table.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { coupon, noon, openCoupons } from "../support/coupon-data.js";
import { money, orderId, userCouponId } from "../support/order-data.js";
import { type BuildableStatements, type Meet, workOn, workWith } from "../support/table-work.js";

/** Issues coupons of `fixed` or `percent` with these ids. The shopper of each is `<id>-shopper`. */
const issue = async (db: Database, kind: "fixed" | "percent", ...ids: readonly string[]): Promise<void> => {
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
/** The uses of a record from coupon to order. */
const uses = (of: Readonly<Record<string, string>>) =>
  Object.entries(of).map(([id, order]) => ({ userCouponId: userCouponId(id), orderId: orderId(order) }));
const redeem = (work: UnitOfWork, of: Readonly<Record<string, string>>) =>
  work.run((tx) => tx.userCoupons.redeem(uses(of)));
const giveBack = (work: UnitOfWork, ...orders: readonly string[]) =>
  work.run((tx) => tx.userCoupons.giveBack(orders.map(orderId)));
/** The order of each coupon. The status of the coupon must agree. */
const orderOfCoupons = async (db: Database): Promise<Record<string, string | null>> => {
  const rows = await db.knex("user_coupons").select("user_coupon_id", "order_id", "status");
  for (const { order_id, status } of rows) expect(status).toBe(order_id === null ? "issued" : "used");
  return Object.fromEntries(rows.map((row) => [row.user_coupon_id, row.order_id]));
};

const clauses: Clauses<UnitOfWork> = {
  "read each coupon's shopper, order and discount": async (work, { db }) => {
    await openBoth(db);
    await issue(db, "fixed", "b", "C");
    await issue(db, "percent", "a");
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
    await issue(db, "fixed", ...ids);
    const all = Object.fromEntries(ids.slice(1).map((id) => [id, `order-of-${id}`]));
    await redeem(work, all);
    expect(await orderOfCoupons(db)).toEqual({ c0: null, ...all });
    await redeem(work, {});
  },

  "reject a coupon that is not free, and then redeem none": async (work, { db }) => {
    await issue(db, "fixed", "free", "taken");
    await redeem(work, { taken: "first" });
    for (const rejected of [{ taken: "second" }, { taken: "first" }, { nothing: "a" }, { Free: "a" }])
      await expect(redeem(work, { free: "second", ...rejected })).rejects.toThrow();
    const twice = [...uses({ free: "a" }), ...uses({ free: "b" })];
    await expect(work.run((tx) => tx.userCoupons.redeem(twice))).rejects.toThrow();
    expect(await orderOfCoupons(db)).toEqual({ free: null, taken: "first" });
  },

  // Proves: O4
  "give a coupon to one of twenty concurrent orders": async (work, { db }) => {
    await issue(db, "fixed", "a");
    const orders = Array.from({ length: 20 }, (_, index) => redeem(work, { a: `order-${index}` }));
    const outcomes = await Promise.allSettled(orders);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  },

  "let one transaction at a time change a coupon": async (work, { db }) => {
    await openBoth(db);
    await issue(db, "fixed", "a", "b");
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
  "give back the coupons of these orders, and no others": async (work, { db }) => {
    await issue(db, "fixed", "a", "b", "c", "free");
    await redeem(work, { a: "order", b: "Order", c: "other" });
    await giveBack(work, "order", "nothing");
    expect(await orderOfCoupons(db)).toEqual({ a: null, b: "Order", c: "other", free: null });
    await giveBack(work);
    // Another order has the coupon now. A repeated cancellation of the first order must not give it back.
    await redeem(work, { a: "next" });
    await giveBack(work, "order");
    expect(await orderOfCoupons(db)).toEqual({ a: "next", b: "Order", c: "other", free: null });
    await giveBack(work, "next", "Order", "other");
    expect(await orderOfCoupons(db)).toEqual({ a: null, b: null, c: null, free: null });
  },
};

type UserCoupons = Partial<SqlUserCouponTable>;
/** The table with some methods replaced. */
const withWrong = (wrong: (right: SqlUserCouponTable, trx: BuildableStatements, meet: Meet) => UserCoupons) =>
  workWith((trx, meet) => {
    const right = new SqlUserCouponTable(trx);
    return { userCoupons: Object.assign(new SqlUserCouponTable(trx), wrong(right, trx, meet)) };
  });
type Uses = Parameters<SqlUserCouponTable["redeem"]>[0];
const write = async (trx: BuildableStatements, given: Uses) => {
  for (const { userCouponId: user_coupon_id, orderId: order_id } of given)
    await trx("user_coupons").where({ user_coupon_id }).update({ order_id, status: "used" });
};

contractOnDatabases("UserCouponTable", workOn, clauses, [
  {
    wrong: "redeems coupons that are not free",
    breaks: "reject a coupon that is not free, and then redeem none",
    make: withWrong((_, trx) => ({ redeem: (given) => write(trx, given) })),
  },
  {
    // Negative control: O4
    wrong: "reads whether a coupon is free before it redeems it",
    breaks: "give a coupon to one of twenty concurrent orders",
    make: withWrong((right, trx, meet) => ({
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
    wrong: "gives all coupons to the first order",
    breaks: "give each of 1,200 coupons to its own order",
    make: withWrong((right) => ({
      redeem: (given) => right.redeem(given.map((each) => ({ ...each, orderId: given[0]?.orderId ?? each.orderId }))),
    })),
  },
  {
    wrong: "reads without a lock",
    breaks: "let one transaction at a time change a coupon",
    make: withWrong((right, _, meet) => ({
      lock: async (ids) => {
        const held = await right.byIds(ids);
        await meet();
        return held;
      },
    })),
    only: "mysql",
  },
  {
    wrong: "gives back the coupons of all orders",
    breaks: "give back the coupons of these orders, and no others",
    make: withWrong((_, trx) => ({
      giveBack: async () => {
        await trx("user_coupons").where({ status: "used" }).update({ order_id: null, status: "issued" });
      },
    })),
  },
]);
