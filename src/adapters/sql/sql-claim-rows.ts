import { attemptBatch, throwFirst } from "../../application/attempt-batch.js";
import type { AdmittedClaim, ClaimRows, RowInsert } from "../../application/ports/claim-rows.js";
import type { Clock } from "../../application/ports/clock.js";
import type { CouponId } from "../../domain/ids.js";
import { isResourceBusy } from "../../domain/problem.js";
import { type Database, runAlone, transact } from "./database.js";
import { insertIfNew, insertRowsUnder } from "./insert-rows.js";
import { isDuplicate } from "./sql-errors.js";
import { lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

const columns = ["task_id", "coupon_id", "user_id", "position", "status", "live", "created_at"];

/** The claims of one coupon that were admitted under one epoch. */
type Batch = { readonly couponId: CouponId; readonly epoch: number; readonly claims: readonly AdmittedClaim[] };

/** Inserts the rows of a batch with one statement, and one by one if the database refuses any of them. */
export class SqlClaimRows implements ClaimRows {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  async insert(admitted: readonly AdmittedClaim[]): Promise<readonly RowInsert[]> {
    const outcomes = new Map<AdmittedClaim, RowInsert>();
    for (const batch of batchesOf(admitted)) {
      const failed = await attemptBatch(batch.claims, async (claims) => {
        const part = { ...batch, claims };
        if (await this.insertTogether(part)) for (const each of claims) outcomes.set(each, "inserted");
        else for (const [each, outcome] of await this.insertEach(part)) outcomes.set(each, outcome);
      });
      throwFirst(failed.filter(({ error }) => !isResourceBusy(error)));
      for (const { item } of failed) outcomes.set(item, "busy");
    }
    return admitted.map((each) => outcomes.get(each) ?? "refused");
  }

  /**
   * Inserts all rows or none, under a shared lock on the coupon's epoch: a rebuild that raises the epoch waits for the
   * commit, and afterwards the statement inserts nothing. Returns whether the rows were inserted.
   */
  protected async insertTogether({ couponId, epoch, claims }: Batch): Promise<boolean> {
    const now = this.clock.now();
    const rows = claims.map(({ claim }) => [claim.taskId, couponId, claim.userId, claim.position, "pending", 1, now]);
    const guard = {
      table: "coupon_epochs",
      where: "coupon_epochs.coupon_id = ? AND coupon_epochs.epoch = ?",
      parameters: [couponId, epoch],
    };
    try {
      return await runAlone(this.db, (statements) =>
        insertRowsUnder(statements, "coupon_claims", columns, rows, guard),
      );
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  private insertEach({ couponId, epoch, claims }: Batch): Promise<ReadonlyMap<AdmittedClaim, RowInsert>> {
    return transact(this.db, async (trx) => {
      const outcomes = new Map<AdmittedClaim, RowInsert>();
      if ((await this.lockEpoch(trx, couponId)) === epoch)
        for (const each of claims) outcomes.set(each, await this.insertOne(trx, each));
      return outcomes;
    });
  }

  private async insertOne(trx: Statements, { claim }: AdmittedClaim): Promise<RowInsert> {
    const { taskId, couponId, userId, position } = claim;
    const facts = { task_id: taskId, coupon_id: couponId, user_id: userId, position };
    const row = { ...facts, status: "pending", live: 1, created_at: this.clock.now() };
    if (await insertIfNew(trx, "coupon_claims", row)) return "inserted";
    const same = await selectRows(
      trx,
      "SELECT 1 FROM coupon_claims WHERE task_id = ? AND coupon_id = ? AND user_id = ? AND position = ?",
      [taskId, couponId, userId, position],
    );
    return same.length === 0 ? "refused" : "known";
  }

  protected async lockEpoch(trx: Statements, couponId: CouponId): Promise<number | undefined> {
    const sql = "SELECT epoch FROM coupon_epochs WHERE coupon_id = ?";
    const [row] = await lockRows<{ epoch: number }>(trx, sql, [couponId], "SHARE");
    return row?.epoch;
  }
}

const batchesOf = (admitted: readonly AdmittedClaim[]): readonly Batch[] => {
  const batches = new Map<string, Batch & { readonly claims: AdmittedClaim[] }>();
  for (const each of admitted) {
    const { couponId } = each.claim;
    const key = `${each.epoch} ${couponId}`;
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, { couponId, epoch: each.epoch, claims: [each] });
    else batch.claims.push(each);
  }
  return [...batches.values()];
};
