import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { useCases } from "../../src/bootstrap/use-cases.js";
import { withClass } from "../support/application.js";
import { migrateForTest } from "../support/migrated-database.js";
import {
  IgnoresTheFingerprint,
  marksBeforeSending,
  neverMarksSent,
  PlacesUnmergedLines,
  StartsInTwoTransactions,
  voidsCapturedPayments,
} from "./known-wrong-orders.js";
import { changedFor, decidesByOldReads, givesBackByName, onlyFor, withoutMarks } from "./known-wrong-transactions.js";
import { simulateOrders } from "./order-simulation.js";
import type { KnownWrongOrders } from "./scheduled-orders.js";

const maxSeeds = 300;

/** A removed guard and the promise that breaks without it. The search for a seed that breaks it starts at `seed`. */
type Control = {
  readonly without: string;
  readonly breaks: RegExp;
  readonly wrong: KnownWrongOrders;
  readonly seed?: number;
};

const controls: readonly Control[] = [
  {
    // Negative control: O3
    without: "the order's lock when its coupon is redeemed",
    breaks: /^O3/,
    wrong: { work: onlyFor("redeemCoupon", decidesByOldReads) },
    seed: 28,
  },
  {
    // Negative control: O3
    without: "the order's lock when its stock is reserved",
    breaks: /^O3/,
    wrong: { work: onlyFor("reserveStock", decidesByOldReads) },
    seed: 1,
  },
  {
    // Negative control: P1
    without: "the open payment's mark",
    breaks: /^P1/,
    wrong: {
      work: changedFor(["startPayment", "cancelOrder", "cancelOrders"], withoutMarks),
      settleMayFail: ["impossible-transition"],
    },
    seed: 20,
  },
  {
    // Negative control: O3
    without: "the guard when a payment is settled",
    breaks: /^O3/,
    wrong: { work: onlyFor("closePayment", decidesByOldReads) },
    seed: 20,
  },
  {
    // Negative control: O2
    without: "one transaction for the mark and the payment",
    breaks: /^O2/,
    wrong: { table: { startPayment: withClass(useCases.startPayment, StartsInTwoTransactions) } },
    seed: 20,
  },
  {
    // Negative control: P1
    without: "a provider whose first answer is final",
    breaks: /^P1/,
    wrong: { provider: voidsCapturedPayments },
    seed: 1,
  },
  {
    // Negative control: O4
    without: "the check which order uses the coupon that is given back",
    breaks: /^O4/,
    wrong: { work: changedFor(["cancelOrders", "cancelOrder", "closePayment"], givesBackByName) },
  },
  {
    // Negative control: O3
    without: "merged lines",
    breaks: /^(O3|D1|step)/,
    wrong: { table: { placeOrder: withClass(useCases.placeOrder, PlacesUnmergedLines) } },
  },
  {
    // Negative control: P1
    without: "the fingerprint of an idempotency key",
    breaks: /^P1/,
    wrong: { table: { startPayment: withClass(useCases.startPayment, IgnoresTheFingerprint) } },
    seed: 5,
  },
  {
    without: "marking events as sent",
    breaks: /^outbox .* never marked as sent/,
    wrong: { outbox: neverMarksSent },
  },
  {
    // Negative control: P3
    without: "sending events before marking them",
    breaks: /^outbox never sent/,
    wrong: { outbox: marksBeforeSending },
    seed: 1,
  },
];

describe("a removed guard breaks a promise of orders", () => {
  let db: Database;
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrateForTest(db);
  });
  afterAll(() => closeDatabase(db));

  for (const { without, breaks, wrong, seed: firstSeed = 0 } of controls)
    it(`without ${without}: ${breaks}`, async () => {
      const otherBroken = new Set<string>();
      for (let n = 0; n < maxSeeds; n += 1) {
        const { broken } = await simulateOrders(db, (firstSeed + n) % maxSeeds, wrong);
        if (broken.some((promise) => breaks.test(promise))) return;
        for (const promise of broken) otherBroken.add(promise);
      }
      expect.fail(`no seed of ${maxSeeds} broke it; broken were ${[...otherBroken].join("; ") || "no promises"}`);
    });
});
