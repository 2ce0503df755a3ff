import type { ClaimTable } from "../../application/ports/transaction.js";
import type { SettledClaim, Unsettled } from "../../domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { type ClaimRecord, claimColumns, pendingOf } from "./claim-record.js";
import { insertRows } from "./insert-rows.js";
import { changeRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

const userCouponColumns = ["user_coupon_id", "coupon_id", "user_id", "position", "status", "issued_at"];

/** Claims and the coupons issued for them, within one transaction. */
export class SqlClaimTable implements ClaimTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async pending(taskIds: readonly TaskId[]): Promise<readonly Unsettled[]> {
    const rows = await selectRows<ClaimRecord>(
      this.trx,
      `SELECT ${claimColumns.join(", ")} FROM coupon_claims WHERE task_id IN (?) AND status = 'pending'`,
      [taskIds],
    );
    return rows.map((row) => ({ claim: pendingOf(row), failures: row.failures }));
  }

  async holders(couponId: CouponId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    const rows = await selectRows<{ user_id: UserId }>(
      this.trx,
      "SELECT user_id FROM user_coupons WHERE coupon_id = ? AND user_id IN (?)",
      [couponId, userIds],
    );
    return new Set(rows.map(({ user_id }) => user_id));
  }

  async pendingBefore(
    couponId: CouponId,
    positions: readonly number[],
    without: readonly TaskId[],
  ): Promise<ReadonlyMap<number, number>> {
    if (positions.length === 0) return new Map();
    const others = without.length === 0 ? "" : " AND task_id NOT IN (?)";
    const rows = await selectRows<{ position: number }>(
      this.trx,
      `SELECT position FROM coupon_claims WHERE coupon_id = ? AND status = 'pending' AND position < ?${others}`,
      [couponId, Math.max(...positions), ...(without.length === 0 ? [] : [without])],
    );
    const before = (position: number) => rows.filter((row) => row.position < position).length;
    return new Map(positions.map((position) => [position, before(position)]));
  }

  async settle(claims: readonly SettledClaim[], at: EpochMs): Promise<void> {
    const issued = claims.filter((claim) => claim.status === "issued");
    await this.settlePending(issued, "status = 'issued', settled_at = ?", [at]);
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
      await this.settlePending(
        failed.filter((claim) => claim.reason === reason),
        "status = 'failed', live = NULL, reason = ?, settled_at = ?",
        [reason, at],
      );
  }

  async countFailure(taskIds: readonly TaskId[]): Promise<void> {
    const sql = "UPDATE coupon_claims SET failures = failures + 1 WHERE task_id IN (?) AND status = 'pending'";
    await changeRows(this.trx, sql, [taskIds]);
  }

  private async settlePending(
    claims: readonly SettledClaim[],
    set: string,
    values: readonly (string | number)[],
  ): Promise<void> {
    const changed = await changeRows(
      this.trx,
      `UPDATE coupon_claims SET ${set} WHERE task_id IN (?) AND status = 'pending'`,
      [...values, claims.map(({ taskId }) => taskId)],
    );
    if (changed !== claims.length) throw new Error(`${claims.length} claims to settle, but ${changed} are pending`);
  }
}
