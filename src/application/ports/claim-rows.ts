import type { PendingClaim } from "../../domain/coupon.js";

/** A claim that the queue has admitted, and the epoch of the store that admitted it. */
export type AdmittedClaim = { readonly claim: PendingClaim; readonly epoch: number };

/**
 * - `inserted`: this call's row is committed.
 * - `known`: the same task's row existed before.
 * - `refused`: the database contradicts the queue (another epoch, a position that is held, a shopper who is live under
 *   another task).
 * - `busy`: another transaction holds what the row needs. It was not inserted; a retry may succeed.
 */
export type RowInsert = "inserted" | "known" | "refused" | "busy";

/**
 * Writes the rows that make claims durable. A row is inserted only under the epoch in which its claim was admitted;
 * the insert holds a shared lock on that epoch. Repeating is safe.
 */
export interface ClaimRows {
  /**
   * Returns one outcome per claim, in order, after the commit. One refused row fails no other row.
   * @throws DomainError `engine-unavailable`; rows may exist anyway, and a retry then returns `known`
   */
  insert(claims: readonly AdmittedClaim[]): Promise<readonly RowInsert[]>;
}
