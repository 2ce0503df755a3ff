import { expect } from "vitest";
import type { Join } from "../../../src/application/ports/coupon-queue.js";
import {
  type Clauses,
  countsOf,
  freshCoupon,
  holder,
  image,
  joinOne,
  loaded,
  membersTo,
  pagesOf,
  shopper,
  task,
} from "./stores-under-test.js";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const positionsOf = (joins: readonly Join[]) =>
  joins.flatMap((join) => (join.kind === "admitted" ? [join.position] : []));

/** The contract of every `CouponQueue`. */
export const queueClauses: Clauses = {
  // Proves: C5
  "gives 50 concurrent shoppers 50 distinct positions": async (under) => {
    const couponId = await loaded(under);
    const joins = await Promise.all(numbers(50).map((n) => joinOne(under.queue, couponId, shopper(n), task(n), 1)));
    expect(positionsOf(joins).sort((a, b) => a - b)).toEqual(numbers(50));
    expect(await countsOf(under, couponId)).toEqual({ epoch: 1, quantity: 100, next: 51, members: 50, taken: 0 });
  },

  // Proves: C1
  "admits exactly 100 of 200 concurrent shoppers": async (under) => {
    const couponId = await loaded(under);
    const joins = await Promise.all(numbers(200).map((n) => joinOne(under.queue, couponId, shopper(n), task(n), 1)));
    expect(positionsOf(joins).sort((a, b) => a - b)).toEqual(numbers(100));
    expect(joins.filter(({ kind }) => kind === "full")).toHaveLength(100);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 100, next: 101 });
  },

  "returns the first position and task to a shopper who joins again": async (under) => {
    const couponId = await loaded(under, { epoch: 3 });
    await joinOne(under.queue, couponId, shopper("other"), task("other"), 3);
    await joinOne(under.queue, couponId, shopper("x"), task("first"), 3);
    const again = await joinOne(under.queue, couponId, shopper("x"), task("second"), 3);
    const place = { epoch: 3, userId: shopper("x"), taskId: task("first"), position: 2 };
    expect(again).toEqual({ kind: "already-in", ...place });
    expect(await countsOf(under, couponId)).toMatchObject({ members: 2, next: 3 });
  },

  "returns the first place also when the queue is full": async (under) => {
    const couponId = await loaded(under, { quantity: 1 });
    await joinOne(under.queue, couponId, shopper(1), task(1), 1);
    expect(await joinOne(under.queue, couponId, shopper(1), task("later"), 1)).toMatchObject({ kind: "already-in" });
    expect(await joinOne(under.queue, couponId, shopper(2), task(2), 1)).toEqual({ kind: "full" });
  },

  // Proves: C2
  "admits one of a shopper's concurrent clicks": async (under) => {
    const couponId = await loaded(under);
    const joins = await Promise.all(numbers(20).map((n) => joinOne(under.queue, couponId, shopper("x"), task(n), 1)));
    expect(joins.filter(({ kind }) => kind === "admitted")).toHaveLength(1);
    expect(new Set(joins.map((join) => "taskId" in join && join.taskId)).size).toBe(1);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, next: 2 });
  },

  "returns admitted again when the same request is repeated": async (under) => {
    const couponId = await loaded(under);
    const join = () => joinOne(under.queue, couponId, shopper(1), task(1), 1);
    const admitted = { kind: "admitted", epoch: 1, ...holder(1), position: 1 };
    expect(await Promise.all([join(), join(), join()])).toEqual([admitted, admitted, admitted]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, next: 2 });
  },

  "is cold if no store was ever loaded": async ({ queue }) => {
    const couponId = freshCoupon();
    expect(await joinOne(queue, couponId, shopper(1), task(1), 0)).toEqual({ kind: "cold" });
    expect(await queue.counts([couponId])).toEqual([null]);
    expect(await queue.membersAfter(couponId, 0, 0, 10)).toBeNull();
  },

  "is cold after a wipe": async (under) => {
    const couponId = await loaded(under, { quantity: 2, members: membersTo(2) });
    await under.lose(couponId);
    expect(await joinOne(under.queue, couponId, shopper(9), task(9), 1)).toEqual({ kind: "cold" });
    expect(await countsOf(under, couponId)).toBeNull();
    expect(await under.queue.membersAfter(couponId, 1, 0, 10)).toBeNull();
  },

  "is cold below the lowest acceptable epoch and serves from that epoch on": async (under) => {
    const couponId = await loaded(under, { epoch: 4 });
    expect(await joinOne(under.queue, couponId, shopper(1), task(1), 5)).toEqual({ kind: "cold" });
    expect(await countsOf(under, couponId)).toMatchObject({ epoch: 4, members: 0 });
    expect(await joinOne(under.queue, couponId, shopper(1), task(1), 4)).toMatchObject({ kind: "admitted", epoch: 4 });
    expect(await joinOne(under.queue, couponId, shopper(2), task(2), 0)).toMatchObject({ kind: "admitted", epoch: 4 });
  },

  "is cold during its first load": async (under) => {
    const couponId = freshCoupon();
    const seen: unknown[] = [];
    const look = async () => {
      seen.push(
        await joinOne(under.queue, couponId, shopper("early"), task("early"), 0),
        await countsOf(under, couponId),
      );
    };
    const members = (async function* () {
      yield membersTo(2);
      await look();
      yield [{ ...holder(3), position: 3 }];
      await look();
    })();
    await under.queue.load(couponId, { epoch: 1, quantity: 10, next: 4, members });
    expect(seen).toEqual([{ kind: "cold" }, null, { kind: "cold" }, null]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 3, taken: 3 });
  },

  "serves the older store while a newer one is loaded": async (under) => {
    const couponId = await loaded(under, { quantity: 5, members: membersTo(2) });
    const members = (async function* () {
      yield [{ ...holder(7), position: 7 }];
      expect(await joinOne(under.queue, couponId, shopper(3), task(3), 1)).toMatchObject({
        kind: "admitted",
        position: 3,
      });
    })();
    await under.queue.load(couponId, { epoch: 2, quantity: 5, next: 8, members });
    expect(await countsOf(under, couponId)).toEqual({ epoch: 2, quantity: 5, next: 8, members: 1, taken: 1 });
  },

  // Proves: A6
  "keeps no members of a load that failed": async (under) => {
    const couponId = freshCoupon();
    const members = (async function* () {
      yield membersTo(3);
      throw new Error("the database went away");
    })();
    await expect(under.queue.load(couponId, { epoch: 1, quantity: 9, next: 4, members })).rejects.toThrow("went away");
    expect(await countsOf(under, couponId)).toBeNull();
    await under.queue.load(couponId, image({ quantity: 9, members: [{ ...holder(8), position: 8 }] }));
    expect(await countsOf(under, couponId)).toEqual({ epoch: 1, quantity: 9, next: 9, members: 1, taken: 1 });
  },

  "loads pages of any size in any order": async (under) => {
    const couponId = freshCoupon();
    const all = [...membersTo(1203)].reverse();
    const members = pagesOf(all.slice(0, 1), [], all.slice(1, 1203));
    await under.queue.load(couponId, { epoch: 1, quantity: 1204, next: 1300, members });
    expect(await countsOf(under, couponId)).toEqual({
      epoch: 1,
      quantity: 1204,
      next: 1300,
      members: 1203,
      taken: 1203,
    });
    expect(await joinOne(under.queue, couponId, shopper(5), task("new"), 1)).toMatchObject({
      taskId: task(5),
      position: 5,
    });
    expect(await joinOne(under.queue, couponId, shopper("new"), task("new"), 1)).toMatchObject({ position: 1300 });
    expect(await joinOne(under.queue, couponId, shopper("late"), task("late"), 1)).toEqual({ kind: "full" });
  },

  "replaces only an older store": async (under) => {
    const couponId = await loaded(under, { epoch: 5, members: membersTo(3) });
    for (const epoch of [4, 5]) await under.queue.load(couponId, image({ epoch }));
    expect(await countsOf(under, couponId)).toMatchObject({ epoch: 5, members: 3 });
    await under.queue.load(couponId, image({ epoch: 6, quantity: 7 }));
    expect(await countsOf(under, couponId)).toEqual({ epoch: 6, quantity: 7, next: 1, members: 0, taken: 0 });
    expect(await joinOne(under.queue, couponId, shopper(1), task("again"), 6)).toMatchObject({
      kind: "admitted",
      position: 1,
    });
  },

  "drops a store of the given epoch or an earlier one, never a later one": async (under) => {
    const couponId = await loaded(under, { epoch: 5, members: membersTo(3) });
    await under.queue.drop(couponId, 4);
    expect(await countsOf(under, couponId)).toMatchObject({ epoch: 5, members: 3 });
    await under.queue.drop(couponId, 5);
    expect(await countsOf(under, couponId)).toBeNull();
    expect(await joinOne(under.queue, couponId, shopper(9), task(9), 1)).toEqual({ kind: "cold" });
    await under.queue.drop(couponId, 5);
    await under.queue.load(couponId, image({ epoch: 5 }));
    await under.queue.drop(couponId, 9);
    expect(await countsOf(under, couponId)).toBeNull();
  },

  "never gives a position twice, also after it is given back": async (under) => {
    const couponId = await loaded(under);
    for (const n of [1, 2, 3]) await joinOne(under.queue, couponId, shopper(n), task(n), 1);
    await under.stock.giveBack(couponId, [holder(2), holder(3)]);
    expect(await joinOne(under.queue, couponId, shopper(4), task(4), 1)).toMatchObject({
      kind: "admitted",
      position: 4,
    });
    expect(await joinOne(under.queue, couponId, shopper(2), task("b"), 1)).toMatchObject({
      kind: "admitted",
      position: 5,
    });
    expect(await countsOf(under, couponId)).toMatchObject({ members: 3, next: 6 });
  },

  "admits a batch in order and refuses the entrants that do not fit, alone": async (under) => {
    const couponId = await loaded(under, { quantity: 4, members: membersTo(1) });
    const entrants = ["d", "a", 1, "c", "b"].map((id) => ({ userId: shopper(id), taskId: task(id) }));
    const joins = await under.queue.join(couponId, entrants, 1);
    expect(joins.map((join) => ("position" in join ? [join.kind, join.position] : join.kind))).toEqual([
      ["admitted", 2],
      ["admitted", 3],
      ["admitted", 1],
      ["admitted", 4],
      "full",
    ]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 4, next: 5 });
    expect(await under.queue.join(couponId, [], 1)).toEqual([]);
  },

  // Proves: C2
  "admits a shopper who clicks twice within a batch once": async (under) => {
    const couponId = await loaded(under);
    const click = (n: number) => ({ userId: shopper("x"), taskId: task(n) });
    const joins = await under.queue.join(couponId, [click(1), { userId: shopper("y"), taskId: task(2) }, click(3)], 1);
    expect(joins.map(({ kind }) => kind)).toEqual(["admitted", "admitted", "already-in"]);
    expect(joins[2]).toMatchObject({ taskId: task(1), position: 1 });
  },

  "admits a batch larger than one script takes": async (under) => {
    const couponId = await loaded(under, { quantity: 450 });
    const entrants = numbers(451).map((n) => holder(n));
    const joins = await under.queue.join(couponId, entrants, 1);
    expect(positionsOf(joins)).toEqual(numbers(450));
    expect(joins.at(-1)).toEqual({ kind: "full" });
  },

  // Proves: C4
  "gives a place that was given back to the next shopper": async (under) => {
    const couponId = await loaded(under, { quantity: 2, members: membersTo(2) });
    expect(await joinOne(under.queue, couponId, shopper(3), task(3), 1)).toEqual({ kind: "full" });
    await under.stock.giveBack(couponId, [holder(1)]);
    expect(await joinOne(under.queue, couponId, shopper(3), task(3), 1)).toMatchObject({
      kind: "admitted",
      position: 3,
    });
    expect(await joinOne(under.queue, couponId, shopper(1), task("b"), 1)).toEqual({ kind: "full" });
  },

  "pages through the members of an epoch by position": async (under) => {
    const couponId = await loaded(under, { epoch: 2, members: [...membersTo(4)].reverse() });
    await joinOne(under.queue, couponId, shopper("last"), task("last"), 2);
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

  "returns counts in the given order, null for cold stores": async (under) => {
    const coupons = await Promise.all(numbers(7).map((n) => loaded(under, { members: membersTo(n) })));
    const asked = [...coupons.slice(0, 3), freshCoupon(), ...coupons.slice(3)];
    const figures = await under.queue.counts(asked);
    expect(figures.map((each) => each?.members ?? null)).toEqual([1, 2, 3, null, 4, 5, 6, 7]);
    expect(await under.queue.counts([])).toEqual([]);
  },

  "keeps coupons apart": async (under) => {
    const [a, b] = [await loaded(under, { quantity: 1 }), await loaded(under, { quantity: 1 })];
    await joinOne(under.queue, a, shopper(1), task(1), 1);
    expect(await joinOne(under.queue, b, shopper(1), task(2), 1)).toMatchObject({ kind: "admitted", position: 1 });
    await under.queue.drop(a, 1);
    expect(await countsOf(under, b)).toMatchObject({ members: 1 });
  },
};
