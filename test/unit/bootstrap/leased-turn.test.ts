import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import type { JobLease } from "../../../src/application/ports/job-lease.js";
import { leasedTurn } from "../../../src/bootstrap/leased-turn.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { migrateForTest } from "../../support/migrated-database.js";

const termMs = 20_000;
const clock = { now: () => Date.now() as EpochMs };

/** A known-wrong implementation: the lease is not renewed. */
const withoutRenewal: typeof leasedTurn = async (lease, job, ms, run) => {
  if (await lease.acquire(job, ms)) await run();
};

describe("leasedTurn", () => {
  let db: Database;
  let lease: (node: string) => JobLease;
  beforeEach(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrateForTest(db);
    lease = (node) => new SqlJobLease(db, clock, node);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await closeDatabase(db);
  });

  /** Returns how often another node, which tries every ten seconds, ran the job while the first node needs five terms for it. */
  const overlaps = async (turn: typeof leasedTurn): Promise<number> => {
    let finish = () => {};
    let started = () => {};
    const first = new Promise<void>((resolve) => {
      started = resolve;
    });
    const long = turn(lease("a"), "fill", termMs, () => {
      started();
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await first;
    let overlapping = 0;
    for (let elapsed = 0; elapsed < 5 * termMs; elapsed += 1000) {
      await vi.advanceTimersByTimeAsync(1000);
      // The database has one connection, so a renewal that is due runs before this attempt.
      if (elapsed % 10_000 === 0)
        await turn(lease("b"), "fill", termMs, async () => {
          overlapping += 1;
        });
    }
    finish();
    await long;
    return overlapping;
  };

  it("keeps the lease until the job ends, however short the term", async () => {
    expect(await overlaps(leasedTurn)).toBe(0);
  });

  it("loses the lease during the job without renewal (control)", async () => {
    expect(await overlaps(withoutRenewal)).toBeGreaterThan(0);
  });

  it("runs on another node one term after the holder died, and not earlier", async () => {
    expect(await lease("dead").acquire("fill", termMs)).toBe(true);
    const done = vi.fn(async () => {});
    await vi.advanceTimersByTimeAsync(termMs - 1);
    await leasedTurn(lease("b"), "fill", termMs, done);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2);
    await leasedTurn(lease("b"), "fill", termMs, done);
    expect(done).toHaveBeenCalledOnce();
  });
});
