import type { DomainEvent } from "../../domain/event.js";

/** An outbox row that this process has claimed. */
export type OutboxRow = { readonly rowId: number; readonly event: DomainEvent };

/** The relay's side of the outbox. */
export interface OutboxRows {
  /** Claims rows that are not sent and not claimed (a claim lapses after 10 s), oldest first. */
  claim(limit: number): Promise<readonly OutboxRow[]>;
  markSent(rowIds: readonly number[]): Promise<void>;
  /** Lets claimed rows be claimed again at once. */
  release(rowIds: readonly number[]): Promise<void>;
}
