import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import type { JobLease } from "../../../src/application/ports/job-lease.js";
import { leasedTurn } from "../../../src/bootstrap/leased-turn.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { migrateForTest } from "../../support/migrated-database.js";

const termMs = 20_000;
const clock = { now: () => Date.now() as EpochMs };

/** The turn as it would be if nobody renewed it. */
const unrenewed: typeof leasedTurn = async (lease, job, ms, run) => {
  if (await lease.acquire(job, ms)) await run();
};

describe("a leased turn", () => {
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

  /** How often another node got the job, that looks every ten seconds while the first takes five terms over it. */
  const overlaps = async (turn: typeof leasedTurn): Promise<number> => {
    let finish = () => {};
    let begun = () => {};
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const long = turn(lease("a"), "fill", termMs, () => {
      begun();
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await first;
    let overlapping = 0;
    for (let elapsed = 0; elapsed < 5 * termMs; elapsed += 1000) {
      await vi.advanceTimersByTimeAsync(1000);
      // The database has one connection, so a renewal that is due goes before this look.
      if (elapsed % 10_000 === 0)
        await turn(lease("b"), "fill", termMs, async () => {
          overlapping += 1;
        });
    }
    finish();
    await long;
    return overlapping;
  };

  it("lasts as long as the job, however short its term", async () => {
    expect(await overlaps(leasedTurn)).toBe(0);
  });

  it("would be taken away in the middle if nobody renewed it (control)", async () => {
    expect(await overlaps(unrenewed)).toBeGreaterThan(0);
  });

  it("is followed a term after its node died, and no sooner", async () => {
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
