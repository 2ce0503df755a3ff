import type { DomainEvent } from "../../domain/event.js";
import type { ConsumerGroup } from "../choreography.js";
import type { DeadLetter } from "../ports/dead-letters.js";

/** Returns the dead letter of an event that failed for the last time. */
export const deadLetterOf = (
  group: ConsumerGroup,
  event: DomainEvent,
  error: unknown,
  attempts: number,
): DeadLetter => ({ type: event.type, group, error: oneLine(error), attempts, event: JSON.stringify(event) });

/** Returns an error's name and message in one line of at most 500 characters. */
export const oneLine = (error: unknown): string => String(error).replace(/\s+/g, " ").trim().slice(0, 500);
