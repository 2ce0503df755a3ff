import type { Clock } from "../../application/ports/clock.js";
import type { JobLease } from "../../application/ports/job-lease.js";
import type { LeaseTable } from "../../application/ports/transaction.js";
import { after, clockErrorMs, type EpochMs } from "../../domain/time.js";
import { type Database, transact } from "./database.js";
import { insertIfNew } from "./insert-rows.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

type LeaseRecord = { readonly holder: string; readonly expires_at: EpochMs };
const leaseOfJob = "SELECT holder, expires_at FROM job_leases WHERE job = ?";

/** Leases as rows of `job_leases`. */
export class SqlJobLease implements JobLease {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly holder: string;
  private readonly isDead: (holder: string) => boolean;

  /** @param isDead whether a holder's process has ended, so that its lease can be taken before it expires */
  constructor(db: Database, clock: Clock, holder: string, isDead: (holder: string) => boolean = () => false) {
    this.db = db;
    this.clock = clock;
    this.holder = holder;
    this.isDead = isDead;
  }

  acquire(job: string, ttlMs: number): Promise<boolean> {
    const { holder } = this;
    const now = this.clock.now();
    const expires_at = after(now, ttlMs);
    return transact(this.db, async (trx) => {
      const [lease] = await selectRows<LeaseRecord>(trx, leaseOfJob, [job]);
      if (lease === undefined) return insertIfNew(trx, "job_leases", { job, holder, expires_at });
      if (lease.holder !== holder && lease.expires_at > now && !this.isDead(lease.holder)) {
        // No correct clock dates a lease further ahead than its term: such a lease ends after one term from now.
        if (lease.expires_at > after(now, ttlMs + clockErrorMs))
          await changeRows(trx, "UPDATE job_leases SET expires_at = ? WHERE job = ?", [expires_at, job]);
        return false;
      }
      // The guard is the lease that was read: of two nodes that read the same expired lease, one takes it.
      const taken = await changeRows(
        trx,
        "UPDATE job_leases SET holder = ?, expires_at = ? WHERE job = ? AND holder = ? AND expires_at = ?",
        [holder, expires_at, job, lease.holder, lease.expires_at],
      );
      return taken === 1;
    });
  }

  async release(job: string): Promise<void> {
    const sql = "DELETE FROM job_leases WHERE job = ? AND holder = ?";
    await transact(this.db, (trx) => changeRows(trx, sql, [job, this.holder]));
  }
}

/** Leases, in one transaction. */
export class SqlLeaseTable implements LeaseTable {
  private readonly trx: Statements;
  private readonly holder: string;

  constructor(trx: Statements, holder: string) {
    this.trx = trx;
    this.holder = holder;
  }

  async holds(job: string, now: EpochMs): Promise<boolean> {
    const [lease] = await lockRows<LeaseRecord>(this.trx, leaseOfJob, [job]);
    return lease?.holder === this.holder && lease.expires_at > now;
  }
}
