import type { ClaimRows, RowInsert } from "../../application/ports/claim-rows.js";
import type { Clock } from "../../application/ports/clock.js";
import type { PendingClaim } from "../../domain/coupon.js";
import type { CouponId, TaskId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { lockRows } from "./by-hand.js";
import { type Database, transact } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { isDuplicate } from "./sql-errors.js";
import type { Statements } from "./transaction.js";

export type Admission = { readonly claim: PendingClaim; readonly epoch: number };
/** An admission on its way into a row. */
type Entry = Admission & {
  readonly since: number;
  readonly outcome: Promise<RowInsert>;
  readonly tell: (outcome: RowInsert) => void;
  readonly fail: (error: unknown) => void;
};
type Outcomes = ReadonlyMap<Admission, RowInsert>;

const mostRows = 500;
const gatherMs = 2;
const mostBatches = 2;
const mostEntries = 10_000;
/** A caller waits no longer, for its request must end within two seconds. The row may still land. */
const patienceMs = 1500;
const columns = ["task_id", "coupon_id", "user_id", "position", "status", "live", "created_at"];

const overdue = (cause: string) =>
  new DomainError({ code: "engine-unavailable", engine: "database" }, new Error(cause));

/** Gathers the claims of a few milliseconds into one insert, two batches under way at most. */
export class SqlClaimRows implements ClaimRows {
  /** Oldest first. */
  private readonly entries = new Map<TaskId, Entry>();
  private waiting: Entry[] = [];
  private readonly writes = new Set<Promise<void>>();
  private gathering: NodeJS.Timeout | undefined;
  private watching: NodeJS.Timeout | undefined;
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  async insert(claim: PendingClaim, epoch: number): Promise<RowInsert> {
    const same = this.entries.get(claim.taskId);
    // The shopper clicked twice at once: the row is the first click's.
    if (same !== undefined) return (await same.outcome) === "refused" ? "refused" : "known";
    if (this.entries.size >= mostEntries) throw overdue("too many claims wait for their rows");
    return this.enqueue({ claim, epoch });
  }

  /** Resolves when every claim handed over has been written, or could not be. */
  async stop(): Promise<void> {
    for (this.flush(); this.writes.size > 0; ) await Promise.all(this.writes);
  }

  private enqueue(admission: Admission): Promise<RowInsert> {
    let tell: Entry["tell"] = () => {};
    let fail: Entry["fail"] = () => {};
    const outcome = new Promise<RowInsert>((resolve, reject) => {
      tell = resolve;
      fail = reject;
    });
    const entry = { ...admission, since: performance.now(), outcome, tell, fail };
    this.entries.set(entry.claim.taskId, entry);
    this.waiting.push(entry);
    if (this.waiting.length >= mostRows) this.flush();
    else this.gathering ??= setTimeout(() => this.flush(), gatherMs);
    this.watching ??= setTimeout(() => this.disappoint(), patienceMs);
    return outcome;
  }

  /** Tells those who have waited too long; one timer for all, since the oldest come first. */
  private disappoint(): void {
    this.watching = undefined;
    const now = performance.now();
    for (const { since, fail } of this.entries.values()) {
      const leftMs = since + patienceMs - now;
      if (leftMs > 0) {
        this.watching = setTimeout(() => this.disappoint(), Math.ceil(leftMs));
        return;
      }
      fail(overdue(`no row within ${patienceMs} ms`));
    }
  }

  private flush(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    while (this.waiting.length > 0 && this.writes.size < mostBatches) {
      const batch = this.waiting.splice(0, mostRows);
      const write = this.write(batch).finally(() => {
        this.writes.delete(write);
        for (const { claim } of batch) this.entries.delete(claim.taskId);
        this.flush();
      });
      this.writes.add(write);
    }
    if (this.entries.size === 0) {
      clearTimeout(this.watching);
      this.watching = undefined;
    }
  }

  private async write(batch: readonly Entry[]): Promise<void> {
    try {
      const outcomes = await this.outcomesOf(batch);
      for (const entry of batch) entry.tell(outcomes.get(entry) ?? "refused");
    } catch (error) {
      for (const { fail } of batch) fail(error);
    }
  }

  private async outcomesOf(batch: readonly Admission[]): Promise<Outcomes> {
    try {
      return await transact(this.db, (trx) => this.insertTogether(trx, batch));
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return transact(this.db, (trx) => this.insertEach(trx, batch));
    }
  }

  private async insertTogether(trx: Statements, batch: readonly Admission[]): Promise<Outcomes> {
    const admitted = await this.admitted(trx, batch);
    await this.insertClaims(trx, admitted);
    return new Map(admitted.map((admission) => [admission, "inserted"]));
  }

  /** One by one, in order; a row that a unique key refuses is `known` where it stands already, for this very claim. */
  private async insertEach(trx: Statements, batch: readonly Admission[]): Promise<Outcomes> {
    const outcomes = new Map<Admission, RowInsert>();
    for (const admission of await this.admitted(trx, batch)) {
      try {
        await this.insertClaims(trx, [admission]);
        outcomes.set(admission, "inserted");
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        const { taskId, couponId, userId, position } = admission.claim;
        const facts = { task_id: taskId, coupon_id: couponId, user_id: userId, position };
        const stands = await trx("coupon_claims").where(facts).first("task_id");
        outcomes.set(admission, stands === undefined ? "refused" : "known");
      }
    }
    return outcomes;
  }

  private insertClaims(trx: Statements, admitted: readonly Admission[]): Promise<void> {
    const now = this.clock.now();
    const rows = admitted.map(
      ({ claim }) => [claim.taskId, claim.couponId, claim.userId, claim.position, "pending", 1, now] as const,
    );
    return insertRows(trx, "coupon_claims", columns, rows);
  }

  /** Those whose epoch is the coupon's still. The shared lock keeps it so until the commit: a rebuild waits for it. */
  protected async admitted(trx: Statements, batch: readonly Admission[]): Promise<readonly Admission[]> {
    const couponIds = [...new Set(batch.map(({ claim }) => claim.couponId))].sort();
    const rows = await lockRows<{ coupon_id: CouponId; epoch: number }>(
      trx,
      "SELECT coupon_id, epoch FROM coupon_epochs WHERE coupon_id IN (?) ORDER BY coupon_id",
      [couponIds],
      "SHARE",
    );
    const epochs = new Map(rows.map(({ coupon_id, epoch }) => [coupon_id, epoch]));
    return batch.filter(({ claim, epoch }) => epochs.get(claim.couponId) === epoch);
  }
}
