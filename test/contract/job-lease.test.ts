import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlJobLease } from "../../src/adapters/sql/sql-job-lease.js";
import type { JobLease } from "../../src/application/ports/job-lease.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { manualClock, rowsIn } from "../support/coupon-data.js";

/** Nodes that share a database and a clock. */
type Nodes = {
  readonly clock: { at: number };
  readonly node: (holder: string, isDead?: (holder: string) => boolean) => JobLease;
};

const sharing =
  (lease: (db: Database, ...rest: [ReturnType<typeof manualClock>, string, (holder: string) => boolean]) => JobLease) =>
  (db: Database): Nodes => {
    const clock = manualClock();
    return { clock, node: (holder, isDead = () => false) => lease(db, clock, holder, isDead) };
  };

const clauses: Clauses<Nodes> = {
  "gives the lease to one of twelve concurrent nodes": async ({ node }, { db }) => {
    const acquired = await Promise.all(
      Array.from({ length: 12 }, (_, index) => node(`node-${index}`).acquire("sweep", 9)),
    );
    expect(acquired.filter((held) => held)).toHaveLength(1);
    expect(await rowsIn(db, "job_leases")).toBe(1);
    expect(await node("other").acquire("daily close", 9)).toBe(true);
  },

  "gives an expired lease to one of twelve concurrent nodes": async ({ node, clock }) => {
    expect(await node("expired").acquire("sweep", 100)).toBe(true);
    clock.at += 100;
    const acquired = await Promise.all(
      Array.from({ length: 12 }, (_, index) => node(`node-${index}`).acquire("sweep", 9)),
    );
    expect(acquired.filter((held) => held)).toHaveLength(1);
    expect(await node("expired").acquire("sweep", 9)).toBe(false);
  },

  "renews the lease of its holder until it expires": async ({ node, clock }) => {
    const [a, b] = [node("a"), node("b")];
    expect([await a.acquire("sweep", 100), await a.acquire("sweep", 100)]).toEqual([true, true]);
    clock.at += 99;
    expect([await b.acquire("sweep", 100), await a.acquire("sweep", 100)]).toEqual([false, true]);
    clock.at += 99;
    expect(await b.acquire("sweep", 100)).toBe(false);
    clock.at += 1;
    expect([await b.acquire("sweep", 100), await a.acquire("sweep", 100)]).toEqual([true, false]);
  },

  "gives a lease that a wrong clock has dated ahead to another node after one term": async ({ node, clock }) => {
    const [a, b] = [node("a"), node("b")];
    clock.at += 90_000;
    expect(await a.acquire("sweep", 10_000)).toBe(true);
    clock.at -= 90_000;
    expect(await b.acquire("sweep", 10_000)).toBe(false);
    clock.at += 9_999;
    expect(await b.acquire("sweep", 10_000)).toBe(false);
    clock.at += 1;
    expect(await b.acquire("sweep", 10_000)).toBe(true);
  },

  "releases the lease of its holder only": async ({ node }) => {
    const [a, b] = [node("a"), node("b")];
    await a.acquire("sweep", 100);
    await b.release("sweep");
    expect(await b.acquire("sweep", 100)).toBe(false);
    await a.release("sweep");
    await a.release("sweep");
    expect(await b.acquire("sweep", 100)).toBe(true);
  },

  "does not wait for a holder whose process has ended": async ({ node }) => {
    const next = node("next", (holder) => holder === "dead");
    await node("dead").acquire("sweep", 100_000);
    await node("alive").acquire("daily close", 100_000);
    expect([await next.acquire("sweep", 100), await next.acquire("daily close", 100)]).toEqual([true, false]);
    expect(await node("dead").acquire("sweep", 100)).toBe(false);
  },
};

/** Reads whether the lease is free before it writes. */
const readsBeforeItWrites = (db: Database, clock: { at: number }, holder: string): JobLease => ({
  acquire: async (job, ttlMs) => {
    const row = await db.knex("job_leases").where({ job }).first();
    if (row !== undefined && row.holder !== holder && row.expires_at > clock.at) return false;
    const lease = { job, holder, expires_at: clock.at + ttlMs };
    await db.knex("job_leases").insert(lease).onConflict("job").merge();
    return true;
  },
  release: async (job) => db.knex("job_leases").where({ job, holder }).delete(),
});

contractOnDatabases(
  "JobLease",
  sharing((...each) => new SqlJobLease(...each)),
  clauses,
  [
    {
      wrong: "reads whether the lease is free before it writes",
      breaks: "gives an expired lease to one of twelve concurrent nodes",
      make: sharing(readsBeforeItWrites),
    },
    {
      wrong: "trusts every date of a lease",
      breaks: "gives a lease that a wrong clock has dated ahead to another node after one term",
      make: sharing(readsBeforeItWrites),
    },
  ],
);
