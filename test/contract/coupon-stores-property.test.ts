import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { CouponId } from "../../src/domain/ids.js";
import {
  countsOf,
  freshCoupon,
  image,
  openMemoryStores,
  type StoresUnderTest,
  shopper,
  storeBackends,
  task,
} from "./coupon-stores/stores-under-test.js";

/** One call on a coupon's stores, and the text that fast-check prints for it. */
type Step = {
  readonly toString: () => string;
  run(under: StoresUnderTest, couponId: CouponId): Promise<unknown>;
};

const step = (text: string, run: Step["run"]): Step => ({ toString: () => text, run });

// Few shoppers, tasks and epochs, so that calls collide.
const n = fc.integer({ min: 1, max: 4 });
const epoch = fc.integer({ min: 0, max: 3 });
const holders = fc.array(fc.record({ userId: n.map(shopper), taskId: n.map(task) }), { maxLength: 3 });
const entrants = fc.array(fc.record({ userId: n.map(shopper), taskId: n.map(task) }), { minLength: 1, maxLength: 4 });
const show = (facts: unknown) => JSON.stringify(facts);

const load: fc.Arbitrary<Step> = fc
  .record({
    epoch,
    quantity: fc.integer({ min: 1, max: 4 }),
    gap: fc.integer({ min: 1, max: 3 }),
    members: fc.uniqueArray(fc.record({ user: n, task: n, position: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: 4,
      selector: ({ user }) => user,
    }),
  })
  .map(({ gap, members, ...facts }) => {
    const places = [...new Map(members.map((each) => [each.position, each])).values()].map(
      ({ user, task: t, position }) => ({ userId: shopper(user), taskId: task(t), position }),
    );
    const next = Math.max(0, ...places.map(({ position }) => position)) + gap;
    const of = { ...facts, next, members: places };
    return step(`load(${show(of)})`, ({ queue }, id) => queue.load(id, image(of)));
  });

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(entrants, epoch)
      .map(([batch, least]) => step(`join(${show(batch)}, ${least})`, ({ queue }, id) => queue.join(id, batch, least))),
  },
  { weight: 3, arbitrary: holders.map((some) => step(`take(${show(some)})`, ({ stock }, id) => stock.take(id, some))) },
  {
    weight: 3,
    arbitrary: holders.map((some) => step(`giveBack(${show(some)})`, ({ stock }, id) => stock.giveBack(id, some))),
  },
  { weight: 1, arbitrary: epoch.map((e) => step(`drop(${e})`, ({ queue }, id) => queue.drop(id, e))) },
  { weight: 1, arbitrary: fc.constant(step("lose()", async (under, id) => void (await under.lose(id)))) },
  { weight: 2, arbitrary: load },
);
const times = fc.integer({ min: 1, max: 3 });
/** A load comes first, because most faults need a store. */
const runs = fc
  .tuple(fc.tuple(load, times), fc.array(fc.tuple(steps, times), { maxLength: 25 }))
  .map(([first, rest]) => [first, ...rest]);

/** Everything that the ports can read. */
const contents = async (under: StoresUnderTest, couponId: CouponId) => {
  const counts = await countsOf(under, couponId);
  return { counts, members: counts && (await under.queue.membersAfter(couponId, counts.epoch, 0, 100)) };
};

for (const { name, live, open } of storeBackends)
  describe.skipIf(!live)(`the coupon stores on ${name}`, async () => {
    const under = live ? await open() : undefined;
    afterAll(() => under?.close());

    it("return and contain the same as those in memory when each call is made one to three times", async () => {
      if (under === undefined) return;
      await fc.assert(
        fc.asyncProperty(runs, async (sequence) => {
          const model = openMemoryStores();
          const couponId = freshCoupon();
          for (const [call, times] of sequence) {
            const expected = await call.run(model, couponId);
            const results = await Promise.all(Array.from({ length: times }, () => call.run(under, couponId)));
            expect(results).toEqual(results.map(() => expected));
            expect(await contents(under, couponId)).toEqual(await contents(model, couponId));
          }
        }),
        { numRuns: 150 },
      );
    });
  });
