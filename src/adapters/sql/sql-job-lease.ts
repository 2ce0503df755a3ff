import type { Clock } from "../../application/ports/clock.js";
import type { JobLease } from "../../application/ports/job-lease.js";
import type { LeaseTable } from "../../application/ports/transaction.js";
import { after, type EpochMs } from "../../domain/time.js";
import { type Database, transact } from "./database.js";
import { isDuplicate } from "./sql-errors.js";
import { lockRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** Leases as rows; whoever moves the row from a lapsed holder to itself has it. */
export class SqlJobLease implements JobLease {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly holder: string;
  private readonly isDead: (holder: string) => boolean;

  /** @param isDead whether a holder is known to run no more, so that its lease need not lapse first */
  constructor(db: Database, clock: Clock, holder: string, isDead: (holder: string) => boolean = () => false) {
    this.db = db;
    this.clock = clock;
    this.holder = holder;
    this.isDead = isDead;
  }

  async acquire(job: string, ttlMs: number): Promise<boolean> {
    const { holder } = this;
    const now = this.clock.now();
    const expires_at = after(now, ttlMs);
    try {
      return await transact(this.db, async (trx) => {
        const row = await trx("job_leases").where("job", job).first();
        if (row === undefined) {
          await trx("job_leases").insert({ job, holder, expires_at });
          return true;
        }
        if (row.holder !== holder && row.expires_at > now && !this.isDead(row.holder)) return false;
        // Guarded by what was read: of two that saw the same lapsed lease, one moves it.
        const taken = await trx("job_leases")
          .where({ job, holder: row.holder, expires_at: row.expires_at })
          .update({ holder, expires_at });
        return taken === 1;
      });
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async release(job: string): Promise<void> {
    await transact(this.db, (trx) => trx("job_leases").where({ job, holder: this.holder }).delete());
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
    const [row] = await lockRows<{ holder: string; expires_at: EpochMs }>(
      this.trx,
      "SELECT holder, expires_at FROM job_leases WHERE job = ?",
      [job],
    );
    return row?.holder === this.holder && row.expires_at > now;
  }
}
