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

/** A claim as the ranking log must show it. */
export type ComparedClaim = {
  readonly taskId: TaskId;
  /** The entry that the claim must have; `null` while it is pending. */
  readonly entry: RankingLogEntry | null;
  readonly isLogged: boolean;
};

/** Plain reads of the ranking log. @throws DomainError `engine-unavailable` */
export interface RankingLogQueries {
  /** Lists the entries of one coupon or of all, oldest first. Returns `undefined` for an invalid cursor. */
  list(
    couponId: CouponId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<RankingLogEntry & { readonly id: string }> | undefined>;
  /** Returns claims by task id, after `after`, and whether the log has an entry for each. */
  compareAfter(after: TaskId | null, limit: number): Promise<readonly ComparedClaim[]>;
}
