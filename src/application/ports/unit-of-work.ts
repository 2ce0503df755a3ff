import type { Transaction } from "./transaction.js";

/**
 * One database transaction. It commits when `work` resolves and leaves nothing when it throws, not even outbox rows.
 * A deadlock, lock time-out or busy database runs the *whole* function again, so `work` must have no other effect.
 * Every read inside goes through `tx`. Unreachable, or a commit that was not heard: `DomainError` `engine-unavailable`.
 */
export interface UnitOfWork {
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}
