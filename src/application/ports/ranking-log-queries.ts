import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { ClaimFailure } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** One admitted claim's position and outcome, as the ranking log keeps it. */
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

/** Plain reads of the ranking log. */
export interface RankingLogQueries {
  /** Oldest first, of one coupon or of all; a bad cursor: `undefined`. */
  list(
    couponId: CouponId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<RankingLogEntry & { readonly id: string }> | undefined>;
}
