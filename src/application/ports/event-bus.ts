import type { DomainEvent } from "../../domain/event.js";
import type { Choreography } from "../choreography.js";

/**
 * Carries events at least once to every consumer group that reacts to their type, those of one key in order.
 * One group's failure is invisible to the others. An engine that is away pauses the group; only an event that fails
 * while every engine answers is parked as a dead letter, after 8 tries; one that cannot be decoded, at once.
 */
export interface EventBus {
  /** Resolves once the bus has accepted the events. Unreachable or too late: `DomainError` `engine-unavailable`. */
  publish(events: readonly DomainEvent[]): Promise<void>;
  /** Begins to deliver to the reactions. */
  consume(choreography: Choreography): Promise<void>;
  /** Why a group delivers nothing for good, a line each; empty while all is well. */
  deadConsumers(): readonly string[];
  /** Lets running reactions finish and delivers no more; publishing goes on until `stop`. */
  stopConsuming(): Promise<void>;
}
