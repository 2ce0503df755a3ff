import type { ConsumerGroup } from "../choreography.js";

/** An event that a group could not process. */
export type DeadLetter = {
  /** The event's type, or what the message states if it cannot be decoded. */
  readonly type: string;
  readonly group: ConsumerGroup;
  /** One line. */
  readonly error: string;
  readonly attempts: number;
  /** The event's JSON, or the raw text if it cannot be decoded. */
  readonly event: string;
};

/** Stores parked events until an operator acts: as rows in the database, in every profile. */
export interface DeadLetters {
  park(letters: readonly DeadLetter[]): Promise<void>;
}
