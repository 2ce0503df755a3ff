import type { EpochMs } from "../../domain/time.js";

/** Rows that nothing but history needs. */
export type OldRows = "ranking-logs" | "replayed-dead-letters" | "expired-holds" | "day-drifts";

/** Lets rows of the past go. Unreachable: `DomainError` `engine-unavailable`. */
export interface RowRetention {
  /** Deletes at most `limit` rows that are older than `before`; how many. */
  delete(rows: OldRows, before: EpochMs, limit: number): Promise<number>;
}
