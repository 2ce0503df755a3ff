import type { DomainEvent } from "../../domain/event.js";
import type { Choreography } from "../choreography.js";

/**
 * Delivers events at least once to every consumer group that reacts to their type, in the order of each key. A group's
 * failure does not affect the others. While a backend that a reaction needs is unreachable, the group waits. An event
 * that fails while every backend answers is parked as a dead letter after 8 tries; one that cannot be decoded, immediately.
 */
export interface EventBus {
  /** Resolves once the bus has accepted the events. @throws DomainError `engine-unavailable` if unreachable or too slow */
  publish(events: readonly DomainEvent[]): Promise<void>;
  /** Starts to deliver events to the reactions. */
  consume(choreography: Choreography): Promise<void>;
  /** Returns one line per group that delivers nothing until an operator acts, with the cause. */
  deadConsumers(): readonly string[];
  /** Lets running reactions finish and delivers nothing more. Publishing remains possible until `stop`. */
  stopConsuming(): Promise<void>;
}
