import type { DomainEvent } from "../../domain/event.js";

/** An outbox row that this process has claimed. */
export type OutboxRow = { readonly rowId: number; readonly event: DomainEvent };

/** The outbox, as the relay uses it. */
export interface OutboxRows {
  /** Claims the oldest rows that are neither sent nor claimed. A claim expires after 10 s. */
  claim(limit: number): Promise<readonly OutboxRow[]>;
  markSent(rowIds: readonly number[]): Promise<void>;
  /** Ends the claims, so that the rows can be claimed again immediately. */
  release(rowIds: readonly number[]): Promise<void>;
}
