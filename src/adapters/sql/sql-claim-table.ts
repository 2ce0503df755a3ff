import type { Knex } from "knex";
import type { ClaimTable } from "../../application/ports/transaction.js";
import type { SettledClaim, Unsettled } from "../../domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { type ClaimRecord, claimColumns, pendingOf } from "./claim-record.js";
import { insertRows } from "./insert-rows.js";

const userCouponColumns = ["user_coupon_id", "coupon_id", "user_id", "position", "status", "issued_at"];

/** Claims, and the coupons that they bring, in one transaction. */
export class SqlClaimTable implements ClaimTable {
  private readonly trx: Knex.Transaction;

  constructor(trx: Knex.Transaction) {
    this.trx = trx;
  }

  async pending(taskIds: readonly TaskId[]): Promise<readonly Unsettled[]> {
    if (taskIds.length === 0) return [];
    const rows: ClaimRecord[] = await this.trx("coupon_claims")
      .select(claimColumns)
      .whereIn("task_id", taskIds)
      .andWhere("status", "pending");
    return rows.map((row) => ({ claim: pendingOf(row), failures: row.failures }));
  }

  async holders(couponId: CouponId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    if (userIds.length === 0) return new Set();
    const rows = await this.trx("user_coupons")
      .select("user_id")
      .where("coupon_id", couponId)
      .whereIn("user_id", userIds);
    return new Set(rows.map(({ user_id }) => user_id as UserId));
  }

  async pendingBefore(
    couponId: CouponId,
    positions: readonly number[],
    without: readonly TaskId[],
  ): Promise<ReadonlyMap<number, number>> {
    if (positions.length === 0) return new Map();
    const rows = await this.trx("coupon_claims")
      .select("position")
      .where({ coupon_id: couponId, status: "pending" })
      .andWhere("position", "<", Math.max(...positions))
      .whereNotIn("task_id", without);
    const before = (position: number) => rows.filter((row) => row.position < position).length;
    return new Map(positions.map((position) => [position, before(position)]));
  }

  async settle(claims: readonly SettledClaim[], at: EpochMs): Promise<void> {
    const issued = claims.filter((claim) => claim.status === "issued");
    await this.end(issued, { status: "issued", settled_at: at });
    const rows = issued.map((claim) => [
      claim.userCouponId,
      claim.couponId,
      claim.userId,
      claim.position,
      "issued",
      at,
    ]);
    await insertRows(this.trx, "user_coupons", userCouponColumns, rows);
    const failed = claims.filter((claim) => claim.status === "failed");
    for (const reason of new Set(failed.map((claim) => claim.reason)))
      await this.end(
        failed.filter((claim) => claim.reason === reason),
        { status: "failed", reason, live: null, settled_at: at },
      );
  }

  async countFailure(taskIds: readonly TaskId[]): Promise<void> {
    await this.trx("coupon_claims").whereIn("task_id", taskIds).andWhere("status", "pending").increment("failures", 1);
  }

  private async end(claims: readonly SettledClaim[], columns: Readonly<Record<string, unknown>>): Promise<void> {
    if (claims.length === 0) return;
    const ended = await this.trx("coupon_claims")
      .whereIn(
        "task_id",
        claims.map(({ taskId }) => taskId),
      )
      .andWhere("status", "pending")
      .update(columns);
    if (ended !== claims.length) throw new Error(`${claims.length} claims to settle, ${ended} of them pending`);
  }
}
