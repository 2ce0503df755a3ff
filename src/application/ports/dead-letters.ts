import type { ConsumerGroup } from "../choreography.js";

/** An event that a group could not take, kept whole. */
export type DeadLetter = {
  /** The event's type as far as it could be read. */
  readonly type: string;
  readonly group: ConsumerGroup;
  /** One line. */
  readonly error: string;
  readonly attempts: number;
  /** The event's JSON, or the raw text where it could not be decoded. */
  readonly event: string;
};

/** Where parked events wait for an operator: rows in the database in every profile. */
export interface DeadLetters {
  park(letters: readonly DeadLetter[]): Promise<void>;
}
