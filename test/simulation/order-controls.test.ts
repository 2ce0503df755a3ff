import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrate } from "../../src/adapters/sql/migrate.js";
import { useCases } from "../../src/bootstrap/use-cases.js";
import { withClass } from "../support/application.js";
import { decidesByOldReads, givesBackByName, onlyFor, seenBy, unmarked } from "./careless-work.js";
import { simulateOrders } from "./order-simulation.js";
import {
  forgetsCaptures,
  marksBeforeSending,
  neverMarksSent,
  PlacesAsWritten,
  StartsInTwo,
  TrustsTheKey,
} from "./order-twins.js";
import type { Twins } from "./orders-in-turns.js";

const mostSeeds = 300;

/** What is taken away, the promise that must break for it, and how it is taken away. */
type Control = { readonly without: string; readonly breaks: RegExp; readonly twins: Twins };

const controls: readonly Control[] = [
  {
    // Negative control: O3
    without: "the order's lock when its coupon is redeemed",
    breaks: /^O3/,
    twins: { work: onlyFor("redeemCoupon", decidesByOldReads) },
  },
  {
    // Negative control: O3
    without: "the order's lock when its stock is reserved",
    breaks: /^O3/,
    twins: { work: onlyFor("reserveStock", decidesByOldReads) },
  },
  {
    // Negative control: P1
    without: "the open payment's mark",
    breaks: /^P1/,
    twins: {
      work: seenBy(["startPayment", "cancelOrder", "cancelOrders"], unmarked),
      settleMayFail: ["impossible-transition"],
    },
  },
  {
    // Negative control: O3
    without: "the closing guard",
    breaks: /^O3/,
    twins: { work: onlyFor("closePayment", decidesByOldReads) },
  },
  {
    // Negative control: O2
    without: "the start in one transaction",
    breaks: /^O2/,
    twins: { table: { startPayment: withClass(useCases.startPayment, StartsInTwo) } },
  },
  {
    // Negative control: P1
    without: "the void's contract",
    breaks: /^P1/,
    twins: { provider: forgetsCaptures },
  },
  {
    // Negative control: O4
    without: "the coupon's WHERE order_id",
    breaks: /^O4/,
    twins: { work: seenBy(["cancelOrders", "cancelOrder", "closePayment"], givesBackByName) },
  },
  {
    // Negative control: O3
    without: "merged lines",
    breaks: /^(O3|D1|step)/,
    twins: { table: { placeOrder: withClass(useCases.placeOrder, PlacesAsWritten) } },
  },
  {
    // Negative control: P1
    without: "the key's fingerprint",
    breaks: /^P1/,
    twins: { table: { startPayment: withClass(useCases.startPayment, TrustsTheKey) } },
  },
  {
    without: "the relay's sent mark",
    breaks: /^outbox .* without end/,
    twins: { outbox: neverMarksSent },
  },
  {
    // Negative control: P3
    without: "sending before the sent mark",
    breaks: /^outbox never told/,
    twins: { outbox: marksBeforeSending },
  },
];

describe("orders without a guard break a promise", () => {
  let db: Database;
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrate(db);
  });
  afterAll(() => closeDatabase(db));

  for (const { without, breaks, twins } of controls)
    it(`without ${without}, ${breaks}`, async () => {
      const others = new Set<string>();
      for (let seed = 0; seed < mostSeeds; seed += 1) {
        const { broken } = await simulateOrders(db, seed, twins);
        if (broken.some((promise) => breaks.test(promise))) return;
        for (const promise of broken) others.add(promise);
      }
      expect.fail(`${mostSeeds} seeds kept the promise; they broke only ${[...others].join("; ") || "nothing"}`);
    });
});
