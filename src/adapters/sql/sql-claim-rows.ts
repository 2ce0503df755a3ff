import type { AdmittedClaim, ClaimRows, RowInsert } from "../../application/ports/claim-rows.js";
import type { Clock } from "../../application/ports/clock.js";
import type { CouponId } from "../../domain/ids.js";
import { lockRows } from "./by-hand.js";
import { type Database, execute, transact } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { isDuplicate } from "./sql-errors.js";
import type { Statements } from "./transaction.js";

const columns = ["task_id", "coupon_id", "user_id", "position", "status", "live", "created_at"];

/** A table `claim` (task_id, user_id, position) made from one JSON binding. */
const jsonTables = {
  mysql: `JSON_TABLE(?, '$[*]' COLUMNS (
    task_id VARCHAR(64) PATH '$[0]', user_id VARCHAR(128) PATH '$[1]', position INT PATH '$[2]')) AS claim`,
  sqlite: `(SELECT json_extract(value, '$[0]') AS task_id, json_extract(value, '$[1]') AS user_id,
    json_extract(value, '$[2]') AS position FROM json_each(?)) AS claim`,
};

/** The claims of one coupon that were admitted under one epoch. */
type Batch = { readonly couponId: CouponId; readonly epoch: number; readonly claims: AdmittedClaim[] };

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
      if (await this.insertTogether(batch)) for (const each of batch.claims) outcomes.set(each, "inserted");
      else for (const [each, outcome] of await this.insertEach(batch)) outcomes.set(each, outcome);
    }
    return admitted.map((each) => outcomes.get(each) ?? "refused");
  }

  /**
   * Inserts all rows or none, under a shared lock on the coupon's epoch: a rebuild that raises the epoch waits for the
   * commit, and afterwards the statement inserts nothing. Returns whether the rows were inserted.
   */
  protected async insertTogether({ couponId, epoch, claims }: Batch): Promise<boolean> {
    const { dialect } = this.db;
    const values = claims.map(({ claim }) => [claim.taskId, claim.userId, claim.position]);
    try {
      const inserted = await execute(
        this.db,
        `INSERT INTO coupon_claims (${columns.join(", ")})
        SELECT claim.task_id, epochs.coupon_id, claim.user_id, claim.position, 'pending', 1, ?
        FROM coupon_epochs AS epochs, ${jsonTables[dialect]}
        WHERE epochs.coupon_id = ? AND epochs.epoch = ?${dialect === "mysql" ? " LOCK IN SHARE MODE" : ""}`,
        [this.clock.now(), JSON.stringify(values), couponId, epoch],
      );
      return inserted === claims.length;
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
    try {
      const row = [taskId, couponId, userId, position, "pending", 1, this.clock.now()];
      await insertRows(trx, "coupon_claims", columns, [row]);
      return "inserted";
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const same = { task_id: taskId, coupon_id: couponId, user_id: userId, position };
      return (await trx("coupon_claims").where(same).first("task_id")) === undefined ? "refused" : "known";
    }
  }

  protected async lockEpoch(trx: Statements, couponId: CouponId): Promise<number | undefined> {
    const sql = "SELECT epoch FROM coupon_epochs WHERE coupon_id = ?";
    const [row] = await lockRows<{ epoch: number }>(trx, sql, [couponId], "SHARE");
    return row?.epoch;
  }
}

const batchesOf = (admitted: readonly AdmittedClaim[]): readonly Batch[] => {
  const batches = new Map<string, Batch>();
  for (const each of admitted) {
    const { couponId } = each.claim;
    const key = `${each.epoch} ${couponId}`;
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, { couponId, epoch: each.epoch, claims: [each] });
    else batch.claims.push(each);
  }
  return [...batches.values()];
};
