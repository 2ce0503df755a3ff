import type { EpochMs } from "../../domain/time.js";
import type { DeadLetter } from "./dead-letters.js";
import type { Page } from "./page.js";

/** A letter that waits for an operator. */
export type ParkedLetter = DeadLetter & { readonly id: string; readonly at: EpochMs };

/** Plain reads of dead letters. Unreachable: `DomainError` `engine-unavailable`. */
export interface DeadLetterQueries {
  /** Those that were not replayed since they were parked, oldest first; a bad cursor: `undefined`. */
  list(cursor: string | null, limit: number): Promise<Page<ParkedLetter> | undefined>;
}
