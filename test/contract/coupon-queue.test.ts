import { afterEach, describe, expect, it } from "vitest";
import { type CarelessQueue, carelessQueue } from "./coupon-stores/careless-stores.js";
import { queueClauses } from "./coupon-stores/queue-clauses.js";
import { redisLossClauses } from "./coupon-stores/redis-loss-clauses.js";
import { redisBackends, storeBackends } from "./coupon-stores/stores-under-test.js";

let close = async () => {};
afterEach(() => close());

for (const { name, live, open } of storeBackends)
  describe.skipIf(!live)(`CouponQueue on ${name}`, () => {
    for (const [promise, clause] of Object.entries(queueClauses))
      it(promise, async () => {
        const under = await open();
        close = under.close;
        await clause(under);
      });
  });

for (const { name, live, open } of redisBackends)
  describe.skipIf(!live)(`CouponQueue on ${name}, which loses things,`, () => {
    for (const [promise, clause] of Object.entries(redisLossClauses))
      it(promise, async () => {
        const under = await open();
        close = under.close;
        await clause(under);
      });
  });

describe("the suite rejects a queue that", () => {
  const caught: Readonly<Record<CarelessQueue, readonly string[]>> = {
    // Negative control: C1
    "looks first and joins then": [
      "gives 50 who join at once 50 distinct positions",
      "admits 100 of 200 who join at once, and never one more",
      "lets one of a shopper's clicks at the same instant in",
    ],
    // Negative control: C1
    "takes a missing store for an empty one": [
      "is cold where there was never a store",
      "is cold after a wipe, neither empty nor unlimited",
      "drops a store of the epoch or an earlier one, never a newer",
    ],
    "asks for no epoch": ["is cold under an epoch before the one asked for, and stands under that and later ones"],
    "has no end": [
      "admits 100 of 200 who join at once, and never one more",
      "tells the first place also when all places are gone",
    ],
    // Negative control: C2
    "sends who clicks again to the end": ["tells who joins again the first position and task"],
    // Negative control: C5
    "counts members for positions": ["hands out a position once, whatever becomes of it"],
    "loads in place": [
      "is cold while it is loaded for the first time",
      "keeps the older store as it is while a newer one is loaded",
      "leaves no trace of a load that failed",
    ],
    "loads over whatever stands": ["loads over an older store only"],
    "drops whatever stands": ["drops a store of the epoch or an earlier one, never a newer"],
    "pages under any epoch": ["pages through the members by position, those of this epoch only"],
  };
  for (const [carelessness, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${carelessness}: ${promise}`, async () => {
        const clause = queueClauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(carelessQueue(carelessness as CarelessQueue))).rejects.toThrow();
      });
});
