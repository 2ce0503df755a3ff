import type { PendingClaim } from "../../domain/coupon.js";

/**
 * `inserted`: this call's row is committed. `known`: the same task's row was there before.
 * `refused`: the database contradicts the queue (another epoch, the position held, the shopper live under another task).
 */
export type RowInsert = "inserted" | "known" | "refused";

/**
 * Writes the rows that make claims durable, those of the same few milliseconds in one multi-row insert.
 * A row goes in only under the epoch it was admitted in, which its transaction holds under a shared lock.
 * Answers once the row is committed. Buffer full, too late, or unreachable: `DomainError` `engine-unavailable`; the
 * row may still land, and a retry then answers `known`.
 */
export interface ClaimRows {
  insert(claim: PendingClaim, epoch: number): Promise<RowInsert>;
}
