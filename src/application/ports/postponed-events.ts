import type { DomainEvent } from "../../domain/event.js";
import type { Choreography, ConsumerGroup } from "../choreography.js";

/** An event that a group cannot process yet: how many tries have failed, and the wait before the next one, ms. */
export type PostponedEvent = { readonly event: DomainEvent; readonly tries: number; readonly waitMs: number };

/**
 * Events that a group has taken from the bus and processes later, so that they do not delay the events after them. They
 * are stored durably and delivered as by the bus: in the order of each key, and parked after 8 failed tries.
 */
export interface PostponedEvents {
  /** Stores events of a group, in order. An event that is stored already does not change. @throws `engine-unavailable` */
  postpone(group: ConsumerGroup, events: readonly PostponedEvent[]): Promise<void>;
  /**
   * Returns which of these keys have postponed events in the group: a later event of such a key must be postponed too.
   * `null`: the group has no postponed events at all.
   * @throws DomainError `engine-unavailable`
   */
  postponedKeys(group: ConsumerGroup, keys: readonly string[]): Promise<ReadonlySet<string> | null>;
  /** Starts to deliver postponed events. */
  consume(choreography: Choreography): Promise<void>;
  stopConsuming(): Promise<void>;
  /** Returns one line per group that delivers none of its postponed events until an operator acts, with the cause. */
  deadConsumers(): readonly string[];
}
