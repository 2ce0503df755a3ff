import type { Transaction } from "./transaction.js";

/**
 * One database transaction. It commits if `work` resolves and rolls back everything, outbox rows included, if it rejects.
 * After a deadlock, a lock timeout or a busy database it runs `work` again from its start, so `work` must have no other
 * effect. All reads in `work` must use `tx`.
 * @throws DomainError `engine-unavailable` if the database is unreachable or did not confirm the commit;
 * `resource-busy` if another transaction holds what this one needs for more than a second
 */
export interface UnitOfWork {
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}
