import { afterEach, describe, expect, it } from "vitest";
import { type WrongQueue, wrongQueue } from "./coupon-stores/known-wrong-stores.js";
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
  describe.skipIf(!live)(`CouponQueue on ${name}, after losses`, () => {
    for (const [promise, clause] of Object.entries(redisLossClauses))
      it(promise, async () => {
        const under = await open();
        close = under.close;
        await clause(under);
      });
  });

describe("the suite rejects a queue that", () => {
  const caught: Readonly<Record<WrongQueue, readonly string[]>> = {
    // Negative control: C1
    "checks first and joins in a later round trip": [
      "gives 50 concurrent shoppers 50 distinct positions",
      "admits exactly 100 of 200 concurrent shoppers",
      "admits one of a shopper's concurrent clicks",
    ],
    // Negative control: C1
    "treats a missing store as an empty one": [
      "is cold if no store was ever loaded",
      "is cold after a wipe",
      "drops a store of the given epoch or an earlier one, never a later one",
    ],
    "ignores the epoch": ["is cold below the lowest acceptable epoch and serves from that epoch on"],
    "admits more members than the quantity": [
      "admits exactly 100 of 200 concurrent shoppers",
      "returns the first place also when the queue is full",
    ],
    // Negative control: C2
    "gives a shopper who joins again a new place": ["returns the first position and task to a shopper who joins again"],
    // Negative control: C5
    "uses the number of members as position": ["never gives a position twice, also after it is given back"],
    "drops the last entrant of a batch": ["admits a shopper who clicks twice within a batch once"],
    "refuses a whole batch that does not fit": [
      "admits a batch in order and refuses the entrants that do not fit, alone",
    ],
    // Negative control: C5
    "admits a batch in the order of the shoppers' ids": [
      "admits a batch in order and refuses the entrants that do not fit, alone",
    ],
    // Negative control: C2
    "admits a shopper twice within a batch": ["admits a shopper who clicks twice within a batch once"],
    "loads in place": [
      "is cold during its first load",
      "serves the older store while a newer one is loaded",
      "keeps no members of a load that failed",
    ],
    "replaces a store of any epoch": ["replaces only an older store"],
    "drops a store of any epoch": ["drops a store of the given epoch or an earlier one, never a later one"],
    "pages through a store of any epoch": ["pages through the members of an epoch by position"],
  };
  for (const [implementation, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${implementation}: ${promise}`, async () => {
        const clause = queueClauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(wrongQueue(implementation as WrongQueue))).rejects.toThrow();
      });
});
