import type { Claim, LiveClaim, PendingClaim } from "../../domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";

/** How many claims of a coupon there are, by status. */
export type ClaimCounts = { readonly pending: number; readonly issued: number; readonly failed: number };

/** Plain reads of claims, outside any transaction. Unreachable: `DomainError` `engine-unavailable`. */
export interface ClaimQueries {
  /** Those that exist, in any order. */
  byTasks(taskIds: readonly TaskId[]): Promise<readonly Claim[]>;
  /** The shopper's pending or issued claim on the coupon. */
  live(couponId: CouponId, userId: UserId): Promise<LiveClaim | undefined>;
  /** The shopper's live claim on the coupon, else the one that failed last (greatest position). */
  latest(couponId: CouponId, userId: UserId): Promise<Claim | undefined>;
  /** Live claims of a coupon after a position, by position, at most `limit`. */
  liveAfter(couponId: CouponId, position: number, limit: number): Promise<readonly LiveClaim[]>;
  /** The greatest position that any claim of the coupon ever had; 0 where there is none. */
  highestPosition(couponId: CouponId): Promise<number>;
  /** Pending claims made before `before`, by coupon and task, those after `last`, at most `limit`. */
  unsettled(
    before: EpochMs,
    last: Pick<PendingClaim, "couponId" | "taskId"> | null,
    limit: number,
  ): Promise<readonly PendingClaim[]>;
  /** Counted row by row, for audits. */
  counts(couponId: CouponId): Promise<ClaimCounts>;
}
