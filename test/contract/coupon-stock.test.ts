import { afterEach, describe, expect, it } from "vitest";
import { type WrongStock, wrongStock } from "./coupon-stores/known-wrong-stores.js";
import { stockClauses } from "./coupon-stores/stock-clauses.js";
import { storeBackends } from "./coupon-stores/stores-under-test.js";

let close = async () => {};
afterEach(() => close());

for (const { name, live, open } of storeBackends)
  describe.skipIf(!live)(`CouponStock on ${name}`, () => {
    for (const [promise, clause] of Object.entries(stockClauses))
      it(promise, async () => {
        const under = await open();
        close = under.close;
        await clause(under);
      });
  });

describe("the suite rejects a stock that", () => {
  const caught: Readonly<Record<WrongStock, readonly string[]>> = {
    "takes for shoppers who are no members": [
      "skips shoppers who are no members and other tasks of a member",
      "removes the take together with the place",
    ],
    "counts calls instead of members": ["counts the same task once"],
    // Negative control: C4
    "gives back without comparing the task": ["gives back only the failed task and keeps a shopper who joined again"],
    "keeps the take of a place that is given back": ["removes the take together with the place"],
    "gives back one place per call": ["gives a place back once, under repeated and concurrent calls"],
  };
  for (const [implementation, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${implementation}: ${promise}`, async () => {
        const clause = stockClauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(wrongStock(implementation as WrongStock))).rejects.toThrow();
      });
});
