import { afterEach, describe, expect, it } from "vitest";
import { type CarelessStock, carelessStock } from "./coupon-stores/careless-stores.js";
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
  const caught: Readonly<Record<CarelessStock, readonly string[]>> = {
    "takes for whoever comes": [
      "passes over who is no member, and a member's other tasks",
      "takes the take back with the place",
    ],
    "counts calls": ["counts the same task once"],
    // Negative control: C4
    "gives back whatever the task": ["gives back only the task that failed: who joined again stays"],
    "keeps the take of a place given back": ["takes the take back with the place"],
    "returns a place as often as it is told": ["gives a place back once, however often and by however many"],
  };
  for (const [carelessness, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${carelessness}: ${promise}`, async () => {
        const clause = stockClauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(carelessStock(carelessness as CarelessStock))).rejects.toThrow();
      });
});
