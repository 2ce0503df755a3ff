import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrate } from "../../src/adapters/sql/migrate.js";
import { sizeOf } from "../support/test-size.js";
import { simulateOrders } from "./order-simulation.js";

const seeds = sizeOf({ short: 60, long: 500 });
const batch = 20;

/** What the seeds must meet between them, or they prove less than they claim. */
const mustBeMet = [
  ...["confirmed", "confirmed with a coupon", "confirmed for nothing", "confirmed for nothing with a coupon"],
  ...["out-of-stock", "coupon-not-redeemable", "expired", "cancelled-by-shopper"],
  ...["sandbox-ok: succeeded, captured", "sandbox-ok: succeeded, of nothing", "sandbox-ok: declined, voided"],
  ...["sandbox-declined: declined, declined", "sandbox-slow: succeeded, captured", "sandbox-slow: declined, voided"],
  ...["sandbox-silent-captured: succeeded, captured", "sandbox-silent-lost: declined, voided"],
  ...["already-paid", "payment-in-progress", "order-not-payable", "order-not-cancellable", "amount-mismatch"],
  ...["idempotency-key-reused", "id-taken", "engine-unavailable"],
];

// Proves: O1, O2, O3, O4, P1
describe("orders under a shuffling bus, crashes and silence", () => {
  let db: Database;
  const met = new Set<string>();
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrate(db);
  });
  afterAll(() => closeDatabase(db));

  const starts = Array.from({ length: seeds / batch }, (_, n) => n * batch);
  it.each(starts)(`end, and keep every promise: ${batch} seeds from %i`, async (first) => {
    const broken: string[] = [];
    for (let seed = first; seed < first + batch; seed += 1) {
      const run = await simulateOrders(db, seed);
      broken.push(...run.broken.map((promise) => `seed ${seed}: ${promise}`));
      for (const end of run.ends) met.add(end);
      for (const line of run.history) met.add(/ → DomainError: (.*)$/.exec(line)?.[1] ?? "");
    }
    expect(broken).toEqual([]);
  });

  it("met between them all that may happen", () => {
    expect(mustBeMet.filter((end) => !met.has(end))).toEqual([]);
  });

  it("happen alike, line by line, when a seed runs again", async () => {
    for (let seed = 0; seed < 2; seed += 1) {
      const first = await simulateOrders(db, seed);
      const again = await simulateOrders(db, seed);
      expect(again.history).toEqual(first.history);
      expect(first.history.length).toBeGreaterThan(100);
    }
    expect((await simulateOrders(db, 1)).history).not.toEqual((await simulateOrders(db, 2)).history);
  });
});
