import type { EpochMs } from "../../domain/time.js";
import type { DeadLetter } from "./dead-letters.js";
import type { Page } from "./page.js";

/** A stored dead letter. */
export type ParkedLetter = DeadLetter & { readonly id: string; readonly at: EpochMs };

/** Plain reads of dead letters. */
export interface DeadLetterQueries {
  /**
   * Lists the letters that were not replayed since they were parked, oldest first; `undefined` if the cursor is invalid.
   * @throws DomainError `engine-unavailable`
   */
  list(cursor: string | null, limit: number): Promise<Page<ParkedLetter> | undefined>;
}
