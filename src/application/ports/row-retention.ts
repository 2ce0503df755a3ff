import type { EpochMs } from "../../domain/time.js";

/** The kinds of rows that are deleted after a time, because only history needs them. */
export type OldRows =
  | "ranking-logs"
  | "replayed-dead-letters"
  | "expired-holds"
  | "day-drifts"
  | "webhook-deliveries"
  | "deleted-webhooks";

/** Deletes old rows. @throws DomainError `engine-unavailable` */
export interface RowRetention {
  /** Deletes at most `limit` rows that are older than `before`. Returns how many it deleted. */
  delete(rows: OldRows, before: EpochMs, limit: number): Promise<number>;
}
