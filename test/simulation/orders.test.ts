import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrateForTest } from "../support/migrated-database.js";
import { sizeOf } from "../support/test-size.js";
import { simulateOrders } from "./order-simulation.js";

const seeds = sizeOf({ short: 20, long: 200 });
const batch = 10;

/** Outcomes that the seeds together must reach; otherwise they test less than they claim. */
const requiredOutcomes = [
  ...["confirmed", "confirmed with a coupon", "confirmed for free", "confirmed for free with a coupon"],
  ...["out-of-stock", "coupon-not-redeemable", "expired", "cancelled-by-shopper"],
  ...["sandbox-ok: succeeded, captured", "sandbox-ok: succeeded, free", "sandbox-ok: declined, voided"],
  ...["sandbox-declined: declined, declined", "sandbox-slow: succeeded, captured", "sandbox-slow: declined, voided"],
  ...["sandbox-silent-captured: succeeded, captured", "sandbox-silent-lost: declined, voided"],
  ...["already-paid", "payment-in-progress", "order-not-payable", "order-not-cancellable", "amount-mismatch"],
  ...["idempotency-key-reused", "id-taken", "engine-unavailable"],
];

// Proves: O1, O2, O3, O4, P1
describe("orders with a shuffling bus, crashes and lost responses", () => {
  let db: Database;
  const reached = new Set<string>();
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrateForTest(db);
  });
  afterAll(() => closeDatabase(db));

  const batches = Array.from({ length: seeds / batch }, (_, n) => n * batch);
  it.each(batches)(`end and keep every promise: ${batch} seeds from %i`, async (firstSeed) => {
    const broken: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + batch; seed += 1) {
      const run = await simulateOrders(db, seed);
      broken.push(...run.broken.map((promise) => `seed ${seed}: ${promise}`));
      for (const outcome of run.outcomes) reached.add(outcome);
      for (const line of run.history) reached.add(/ → DomainError: (.*)$/.exec(line)?.[1] ?? "");
    }
    expect(broken).toEqual([]);
  });

  it("have each of the required outcomes in at least one seed", () => {
    expect(requiredOutcomes.filter((outcome) => !reached.has(outcome))).toEqual([]);
  });

  it("have the same history when a seed runs twice", async () => {
    for (const seed of [0, 1]) {
      const first = await simulateOrders(db, seed);
      const second = await simulateOrders(db, seed);
      expect(second.history).toEqual(first.history);
      expect(first.history.length).toBeGreaterThan(100);
    }
    expect((await simulateOrders(db, 1)).history).not.toEqual((await simulateOrders(db, 2)).history);
  });
});
