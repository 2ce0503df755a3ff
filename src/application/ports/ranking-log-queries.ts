import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { ClaimFailure } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** A settled claim's position and outcome in the ranking log. */
export type RankingLogEntry = {
  readonly taskId: TaskId;
  readonly userId: UserId;
  readonly couponId: CouponId;
  readonly position: number;
  readonly status: "ISSUED" | "FAILED";
  readonly reason?: ClaimFailure;
  readonly retryCount: number;
  readonly at: EpochMs;
};

/** Plain reads of the ranking log. @throws DomainError `engine-unavailable` */
export interface RankingLogQueries {
  /** Lists the entries of one coupon or of all, oldest first. Returns `undefined` for an invalid cursor. */
  list(
    couponId: CouponId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<RankingLogEntry & { readonly id: string }> | undefined>;
}
