import type { Claim, LiveClaim, PendingClaim } from "../../domain/coupon.js";
import { type CouponId, type TaskId, type UserId, userCouponOf } from "../../domain/ids.js";
import type { ClaimFailure } from "../../domain/reasons.js";

/** A row of `coupon_claims`. */
export type ClaimRecord = {
  readonly task_id: TaskId;
  readonly coupon_id: CouponId;
  readonly user_id: UserId;
  readonly position: number;
  readonly status: Claim["status"];
  readonly reason: ClaimFailure | null;
  readonly failures: number;
};

export const claimColumns = ["task_id", "coupon_id", "user_id", "position", "status", "reason", "failures"] as const;

export const pendingOf = (row: ClaimRecord): PendingClaim => ({
  taskId: row.task_id,
  couponId: row.coupon_id,
  userId: row.user_id,
  position: row.position,
  status: "pending",
});

export const liveOf = (row: ClaimRecord): LiveClaim =>
  row.status === "issued"
    ? { ...pendingOf(row), status: "issued", userCouponId: userCouponOf(row.task_id) }
    : pendingOf(row);

export const claimOf = (row: ClaimRecord): Claim =>
  row.status === "failed" ? { ...pendingOf(row), status: "failed", reason: row.reason ?? "internal" } : liveOf(row);
