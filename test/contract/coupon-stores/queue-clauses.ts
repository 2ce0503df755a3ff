import { expect } from "vitest";
import type { Join } from "../../../src/application/ports/coupon-queue.js";
import {
  type Clauses,
  figuresOf,
  freshCoupon,
  holder,
  image,
  loaded,
  membersTo,
  pagesOf,
  shopper,
  task,
} from "./stores-under-test.js";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const positionsOf = (joins: readonly Join[]) =>
  joins.flatMap((join) => (join.kind === "admitted" ? [join.position] : []));

/** What every `CouponQueue` keeps. */
export const queueClauses: Clauses = {
  // Proves: C5
  "gives 50 who join at once 50 distinct positions": async (under) => {
    const couponId = await loaded(under);
    const joins = await Promise.all(numbers(50).map((n) => under.queue.join(couponId, shopper(n), task(n), 1)));
    expect(positionsOf(joins).sort((a, b) => a - b)).toEqual(numbers(50));
    expect(await figuresOf(under, couponId)).toEqual({ epoch: 1, quantity: 100, next: 51, members: 50, taken: 0 });
  },

  // Proves: C1
  "admits 100 of 200 who join at once, and never one more": async (under) => {
    const couponId = await loaded(under);
    const joins = await Promise.all(numbers(200).map((n) => under.queue.join(couponId, shopper(n), task(n), 1)));
    expect(positionsOf(joins).sort((a, b) => a - b)).toEqual(numbers(100));
    expect(joins.filter(({ kind }) => kind === "full")).toHaveLength(100);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 100, next: 101 });
  },

  "tells who joins again the first position and task": async (under) => {
    const couponId = await loaded(under, { epoch: 3 });
    await under.queue.join(couponId, shopper("other"), task("other"), 3);
    await under.queue.join(couponId, shopper("x"), task("first"), 3);
    const again = await under.queue.join(couponId, shopper("x"), task("second"), 3);
    const place = { epoch: 3, userId: shopper("x"), taskId: task("first"), position: 2 };
    expect(again).toEqual({ kind: "already-in", ...place });
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 2, next: 3 });
  },

  "tells the first place also when all places are gone": async (under) => {
    const couponId = await loaded(under, { quantity: 1 });
    await under.queue.join(couponId, shopper(1), task(1), 1);
    expect(await under.queue.join(couponId, shopper(1), task("later"), 1)).toMatchObject({ kind: "already-in" });
    expect(await under.queue.join(couponId, shopper(2), task(2), 1)).toEqual({ kind: "full" });
  },

  // Proves: C2
  "lets one of a shopper's clicks at the same instant in": async (under) => {
    const couponId = await loaded(under);
    const joins = await Promise.all(numbers(20).map((n) => under.queue.join(couponId, shopper("x"), task(n), 1)));
    expect(joins.filter(({ kind }) => kind === "admitted")).toHaveLength(1);
    expect(new Set(joins.map((join) => "taskId" in join && join.taskId)).size).toBe(1);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, next: 2 });
  },

  "answers the same request again as before: admitted": async (under) => {
    const couponId = await loaded(under);
    const join = () => under.queue.join(couponId, shopper(1), task(1), 1);
    const admitted = { kind: "admitted", epoch: 1, ...holder(1), position: 1 };
    expect(await Promise.all([join(), join(), join()])).toEqual([admitted, admitted, admitted]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, next: 2 });
  },

  "is cold where there was never a store": async ({ queue }) => {
    const couponId = freshCoupon();
    expect(await queue.join(couponId, shopper(1), task(1), 0)).toEqual({ kind: "cold" });
    expect(await queue.figures([couponId])).toEqual([null]);
    expect(await queue.membersAfter(couponId, 0, 0, 10)).toBeNull();
  },

  "is cold after a wipe, neither empty nor unlimited": async (under) => {
    const couponId = await loaded(under, { quantity: 2, members: membersTo(2) });
    await under.lose(couponId);
    expect(await under.queue.join(couponId, shopper(9), task(9), 1)).toEqual({ kind: "cold" });
    expect(await figuresOf(under, couponId)).toBeNull();
    expect(await under.queue.membersAfter(couponId, 1, 0, 10)).toBeNull();
  },

  "is cold under an epoch before the one asked for, and stands under that and later ones": async (under) => {
    const couponId = await loaded(under, { epoch: 4 });
    expect(await under.queue.join(couponId, shopper(1), task(1), 5)).toEqual({ kind: "cold" });
    expect(await figuresOf(under, couponId)).toMatchObject({ epoch: 4, members: 0 });
    expect(await under.queue.join(couponId, shopper(1), task(1), 4)).toMatchObject({ kind: "admitted", epoch: 4 });
    expect(await under.queue.join(couponId, shopper(2), task(2), 0)).toMatchObject({ kind: "admitted", epoch: 4 });
  },

  "is cold while it is loaded for the first time": async (under) => {
    const couponId = freshCoupon();
    const seen: unknown[] = [];
    const look = async () => {
      seen.push(await under.queue.join(couponId, shopper("early"), task("early"), 0), await figuresOf(under, couponId));
    };
    const members = (async function* () {
      yield membersTo(2);
      await look();
      yield [{ ...holder(3), position: 3 }];
      await look();
    })();
    await under.queue.load(couponId, { epoch: 1, quantity: 10, next: 4, members });
    expect(seen).toEqual([{ kind: "cold" }, null, { kind: "cold" }, null]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 3, taken: 3 });
  },

  "keeps the older store as it is while a newer one is loaded": async (under) => {
    const couponId = await loaded(under, { quantity: 5, members: membersTo(2) });
    const members = (async function* () {
      yield [{ ...holder(7), position: 7 }];
      expect(await under.queue.join(couponId, shopper(3), task(3), 1)).toMatchObject({ kind: "admitted", position: 3 });
    })();
    await under.queue.load(couponId, { epoch: 2, quantity: 5, next: 8, members });
    expect(await figuresOf(under, couponId)).toEqual({ epoch: 2, quantity: 5, next: 8, members: 1, taken: 1 });
  },

  "leaves no trace of a load that failed": async (under) => {
    const couponId = freshCoupon();
    const members = (async function* () {
      yield membersTo(3);
      throw new Error("the database went away");
    })();
    await expect(under.queue.load(couponId, { epoch: 1, quantity: 9, next: 4, members })).rejects.toThrow("went away");
    expect(await figuresOf(under, couponId)).toBeNull();
    await under.queue.load(couponId, image({ quantity: 9, members: [{ ...holder(8), position: 8 }] }));
    expect(await figuresOf(under, couponId)).toEqual({ epoch: 1, quantity: 9, next: 9, members: 1, taken: 1 });
  },

  "loads pages of any size in any order, and goes on from there": async (under) => {
    const couponId = freshCoupon();
    const all = [...membersTo(1203)].reverse();
    const members = pagesOf(all.slice(0, 1), [], all.slice(1, 1203));
    await under.queue.load(couponId, { epoch: 1, quantity: 1204, next: 1300, members });
    expect(await figuresOf(under, couponId)).toEqual({
      epoch: 1,
      quantity: 1204,
      next: 1300,
      members: 1203,
      taken: 1203,
    });
    expect(await under.queue.join(couponId, shopper(5), task("new"), 1)).toMatchObject({
      taskId: task(5),
      position: 5,
    });
    expect(await under.queue.join(couponId, shopper("new"), task("new"), 1)).toMatchObject({ position: 1300 });
    expect(await under.queue.join(couponId, shopper("late"), task("late"), 1)).toEqual({ kind: "full" });
  },

  "loads over an older store only": async (under) => {
    const couponId = await loaded(under, { epoch: 5, members: membersTo(3) });
    for (const epoch of [4, 5]) await under.queue.load(couponId, image({ epoch }));
    expect(await figuresOf(under, couponId)).toMatchObject({ epoch: 5, members: 3 });
    await under.queue.load(couponId, image({ epoch: 6, quantity: 7 }));
    expect(await figuresOf(under, couponId)).toEqual({ epoch: 6, quantity: 7, next: 1, members: 0, taken: 0 });
    expect(await under.queue.join(couponId, shopper(1), task("again"), 6)).toMatchObject({
      kind: "admitted",
      position: 1,
    });
  },

  "drops a store of the epoch or an earlier one, never a newer": async (under) => {
    const couponId = await loaded(under, { epoch: 5, members: membersTo(3) });
    await under.queue.drop(couponId, 4);
    expect(await figuresOf(under, couponId)).toMatchObject({ epoch: 5, members: 3 });
    await under.queue.drop(couponId, 5);
    expect(await figuresOf(under, couponId)).toBeNull();
    expect(await under.queue.join(couponId, shopper(9), task(9), 1)).toEqual({ kind: "cold" });
    await under.queue.drop(couponId, 5);
    await under.queue.load(couponId, image({ epoch: 5 }));
    await under.queue.drop(couponId, 9);
    expect(await figuresOf(under, couponId)).toBeNull();
  },

  "hands out a position once, whatever becomes of it": async (under) => {
    const couponId = await loaded(under);
    for (const n of [1, 2, 3]) await under.queue.join(couponId, shopper(n), task(n), 1);
    await under.stock.giveBack(couponId, [holder(2), holder(3)]);
    expect(await under.queue.join(couponId, shopper(4), task(4), 1)).toMatchObject({ kind: "admitted", position: 4 });
    expect(await under.queue.join(couponId, shopper(2), task("b"), 1)).toMatchObject({ kind: "admitted", position: 5 });
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 3, next: 6 });
  },

  // Proves: C4
  "gives a place that was given back to the next who comes": async (under) => {
    const couponId = await loaded(under, { quantity: 2, members: membersTo(2) });
    expect(await under.queue.join(couponId, shopper(3), task(3), 1)).toEqual({ kind: "full" });
    await under.stock.giveBack(couponId, [holder(1)]);
    expect(await under.queue.join(couponId, shopper(3), task(3), 1)).toMatchObject({ kind: "admitted", position: 3 });
    expect(await under.queue.join(couponId, shopper(1), task("b"), 1)).toEqual({ kind: "full" });
  },

  "pages through the members by position, those of this epoch only": async (under) => {
    const couponId = await loaded(under, { epoch: 2, members: [...membersTo(4)].reverse() });
    await under.queue.join(couponId, shopper("last"), task("last"), 2);
    await under.stock.giveBack(couponId, [holder(2)]);
    const page = (after: number, limit: number) => under.queue.membersAfter(couponId, 2, after, limit);
    const places = [1, 3, 4].map((n) => ({ epoch: 2, ...holder(n), position: n }));
    expect(await page(0, 2)).toEqual(places.slice(0, 2));
    expect(await page(1, 2)).toEqual(places.slice(1));
    expect(await page(4, 2)).toEqual([{ epoch: 2, userId: shopper("last"), taskId: task("last"), position: 5 }]);
    expect(await page(5, 2)).toEqual([]);
    expect(await under.queue.membersAfter(couponId, 1, 0, 10)).toBeNull();
    expect(await under.queue.membersAfter(couponId, 3, 0, 10)).toBeNull();
  },

  "reads many coupons' figures in the order asked, cold ones between": async (under) => {
    const coupons = await Promise.all(numbers(7).map((n) => loaded(under, { members: membersTo(n) })));
    const asked = [...coupons.slice(0, 3), freshCoupon(), ...coupons.slice(3)];
    const figures = await under.queue.figures(asked);
    expect(figures.map((each) => each?.members ?? null)).toEqual([1, 2, 3, null, 4, 5, 6, 7]);
    expect(await under.queue.figures([])).toEqual([]);
  },

  "keeps coupons apart": async (under) => {
    const [a, b] = [await loaded(under, { quantity: 1 }), await loaded(under, { quantity: 1 })];
    await under.queue.join(a, shopper(1), task(1), 1);
    expect(await under.queue.join(b, shopper(1), task(2), 1)).toMatchObject({ kind: "admitted", position: 1 });
    await under.queue.drop(a, 1);
    expect(await figuresOf(under, b)).toMatchObject({ members: 1 });
  },
};
