import { expect } from "vitest";
import {
  type Clauses,
  countsOf,
  freshCoupon,
  holder,
  joinOne,
  loaded,
  membersTo,
  shopper,
  task,
} from "./stores-under-test.js";

const holdersTo = (count: number) => Array.from({ length: count }, (_, index) => holder(index + 1));

/** The contract of every `CouponStock`. */
export const stockClauses: Clauses = {
  "counts 200 concurrent takes of 200 members": async (under) => {
    const couponId = await loaded(under, { quantity: 200 });
    const { queue, stock } = under;
    await queue.join(couponId, holdersTo(200), 1);
    await Promise.all(holdersTo(200).map((each) => stock.take(couponId, [each])));
    expect(await countsOf(under, couponId)).toMatchObject({ members: 200, taken: 200 });
  },

  "takes more holders per call than fit in one script": async (under) => {
    const couponId = await loaded(under, { quantity: 1201 });
    const { queue, stock } = under;
    await queue.join(couponId, holdersTo(1201), 1);
    await stock.take(couponId, holdersTo(1201));
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1201, taken: 1201 });
    await stock.giveBack(couponId, holdersTo(1200));
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "counts the same task once": async (under) => {
    const couponId = await loaded(under);
    await joinOne(under.queue, couponId, shopper(1), task(1), 1);
    await under.stock.take(couponId, [holder(1), holder(1)]);
    await under.stock.take(couponId, [holder(1)]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "skips shoppers who are no members and other tasks of a member": async (under) => {
    const couponId = await loaded(under);
    await joinOne(under.queue, couponId, shopper(1), task(1), 1);
    await under.stock.take(couponId, [holder(2), { userId: shopper(1), taskId: task("old") }]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 0 });
    await under.stock.take(couponId, [holder(2), holder(1), holder(3)]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "takes for every admitted member, also above the quantity": async (under) => {
    const couponId = await loaded(under, { quantity: 2, members: membersTo(3) });
    await under.stock.take(couponId, holdersTo(3));
    expect(await countsOf(under, couponId)).toMatchObject({ members: 3, taken: 3 });
  },

  // Proves: C4
  "gives a place back once, under repeated and concurrent calls": async (under) => {
    const couponId = await loaded(under, { members: membersTo(3) });
    await Promise.all(Array.from({ length: 5 }, () => under.stock.giveBack(couponId, [holder(2), holder(2)])));
    await under.stock.giveBack(couponId, [holder(2)]);
    expect(await countsOf(under, couponId)).toEqual({ epoch: 1, quantity: 100, next: 4, members: 2, taken: 2 });
  },

  "gives back only the failed task and keeps a shopper who joined again": async (under) => {
    const couponId = await loaded(under, { members: membersTo(1) });
    await under.stock.giveBack(couponId, [holder(1)]);
    await joinOne(under.queue, couponId, shopper(1), task("new"), 1);
    await under.stock.take(couponId, [{ userId: shopper(1), taskId: task("new") }]);
    await under.stock.giveBack(couponId, [holder(1)]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 1, next: 3 });
    const place = { taskId: task("new"), position: 2 };
    expect(await joinOne(under.queue, couponId, shopper(1), task("x"), 1)).toMatchObject({
      kind: "already-in",
      ...place,
    });
  },

  "removes the take together with the place": async (under) => {
    const couponId = await loaded(under);
    for (const n of [1, 2]) await joinOne(under.queue, couponId, shopper(n), task(n), 1);
    await under.stock.take(couponId, [holder(1), holder(2)]);
    await under.stock.giveBack(couponId, [holder(1)]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
    await under.stock.take(couponId, [holder(1)]);
    expect(await countsOf(under, couponId)).toMatchObject({ members: 1, taken: 1 });
  },

  "does nothing if there is no store and creates none": async (under) => {
    const couponId = freshCoupon();
    await under.stock.take(couponId, [holder(1)]);
    await under.stock.giveBack(couponId, [holder(1)]);
    await under.stock.take(couponId, []);
    await under.stock.giveBack(couponId, []);
    expect(await countsOf(under, couponId)).toBeNull();
    expect(await joinOne(under.queue, couponId, shopper(1), task(1), 0)).toEqual({ kind: "cold" });
  },
};
