import type { Claim, LiveClaim, PendingClaim } from "../../domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";

/** Both ends are included. */
export type Period = { readonly from: EpochMs; readonly to: EpochMs };

/** The number of a coupon's claims by status. */
export type ClaimCounts = { readonly pending: number; readonly issued: number; readonly failed: number };

/** Reads of claims, outside any transaction. @throws DomainError `engine-unavailable` */
export interface ClaimQueries {
  /** Returns the claims of these tasks that exist, in any order. */
  byTasks(taskIds: readonly TaskId[]): Promise<readonly Claim[]>;
  /** Returns the shopper's pending or issued claim on the coupon. */
  live(couponId: CouponId, userId: UserId): Promise<LiveClaim | undefined>;
  /** Returns the shopper's live claim on the coupon, else the failed one with the greatest position. */
  latest(couponId: CouponId, userId: UserId): Promise<Claim | undefined>;
  /** Returns at most `limit` live claims of a coupon after a position, by position. */
  liveAfter(couponId: CouponId, position: number, limit: number): Promise<readonly LiveClaim[]>;
  /** Returns the greatest position of any claim of the coupon, failed ones included; 0 if there is none. */
  highestPosition(couponId: CouponId): Promise<number>;
  /**
   * Returns at most `limit` pending claims that were not created in the period `recently`, by coupon and task, after
   * `last`.
   */
  unsettled(
    recently: Period,
    last: Pick<PendingClaim, "couponId" | "taskId"> | null,
    limit: number,
  ): Promise<readonly PendingClaim[]>;
  /** Counts the rows, for audits. */
  counts(couponId: CouponId): Promise<ClaimCounts>;
}
