import { expect } from "vitest";
import { type Clauses, figuresOf, freshCoupon, holder, loaded, membersTo, shopper, task } from "./stores-under-test.js";

const holdersTo = (count: number) => Array.from({ length: count }, (_, index) => holder(index + 1));

/** What every `CouponStock` keeps. */
export const stockClauses: Clauses = {
  "counts 200 takes of 200 members at once": async (under) => {
    const couponId = await loaded(under, { quantity: 200 });
    const { queue, stock } = under;
    await Promise.all(holdersTo(200).map(({ userId, taskId }) => queue.join(couponId, userId, taskId, 1)));
    await Promise.all(holdersTo(200).map((each) => stock.take(couponId, [each])));
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 200, taken: 200 });
  },

  "takes more in one call than fit in one command": async (under) => {
    const couponId = await loaded(under, { quantity: 1201 });
    const { queue, stock } = under;
    await Promise.all(holdersTo(1201).map(({ userId, taskId }) => queue.join(couponId, userId, taskId, 1)));
    await stock.take(couponId, holdersTo(1201));
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1201, taken: 1201 });
    await stock.giveBack(couponId, holdersTo(1200));
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "counts the same task once": async (under) => {
    const couponId = await loaded(under);
    await under.queue.join(couponId, shopper(1), task(1), 1);
    await under.stock.take(couponId, [holder(1), holder(1)]);
    await under.stock.take(couponId, [holder(1)]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "passes over who is no member, and a member's other tasks": async (under) => {
    const couponId = await loaded(under);
    await under.queue.join(couponId, shopper(1), task(1), 1);
    await under.stock.take(couponId, [holder(2), { userId: shopper(1), taskId: task("old") }]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 0 });
    await under.stock.take(couponId, [holder(2), holder(1), holder(3)]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "never refuses what the queue has admitted": async (under) => {
    const couponId = await loaded(under, { quantity: 2, members: membersTo(3) });
    await under.stock.take(couponId, holdersTo(3));
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 3, taken: 3 });
  },

  // Proves: C4
  "gives a place back once, however often and by however many": async (under) => {
    const couponId = await loaded(under, { members: membersTo(3) });
    await Promise.all(Array.from({ length: 5 }, () => under.stock.giveBack(couponId, [holder(2), holder(2)])));
    await under.stock.giveBack(couponId, [holder(2)]);
    expect(await figuresOf(under, couponId)).toEqual({ epoch: 1, quantity: 100, next: 4, members: 2, taken: 2 });
  },

  "gives back only the task that failed: who joined again stays": async (under) => {
    const couponId = await loaded(under, { members: membersTo(1) });
    await under.stock.giveBack(couponId, [holder(1)]);
    await under.queue.join(couponId, shopper(1), task("new"), 1);
    await under.stock.take(couponId, [{ userId: shopper(1), taskId: task("new") }]);
    await under.stock.giveBack(couponId, [holder(1)]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 1, next: 3 });
    const place = { taskId: task("new"), position: 2 };
    expect(await under.queue.join(couponId, shopper(1), task("x"), 1)).toMatchObject({ kind: "already-in", ...place });
  },

  "takes the take back with the place": async (under) => {
    const couponId = await loaded(under);
    for (const n of [1, 2]) await under.queue.join(couponId, shopper(n), task(n), 1);
    await under.stock.take(couponId, [holder(1), holder(2)]);
    await under.stock.giveBack(couponId, [holder(1)]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
    await under.stock.take(couponId, [holder(1)]);
    expect(await figuresOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "does nothing where there is no store, and makes none": async (under) => {
    const couponId = freshCoupon();
    await under.stock.take(couponId, [holder(1)]);
    await under.stock.giveBack(couponId, [holder(1)]);
    await under.stock.take(couponId, []);
    await under.stock.giveBack(couponId, []);
    expect(await figuresOf(under, couponId)).toBeNull();
    expect(await under.queue.join(couponId, shopper(1), task(1), 0)).toEqual({ kind: "cold" });
  },
};
