import type { DomainEvent } from "../domain/event.js";
import type { Choreography, ConsumerGroup } from "./choreography.js";
import { deadLetterOf } from "./dead-letter/dead-letter-of.js";
import { deliverBatch } from "./deliver-batch.js";
import type { DeadLetter } from "./ports/dead-letters.js";
import type { Backoff } from "./retry.js";

/** Number of tries, made while every backend answers, after which a failing event is parked. */
const maxTries = 8;

/** A consumer group, its reactions, and how long a failed event waits for its next try. */
export type Consumer = {
  readonly group: ConsumerGroup;
  readonly choreography: Choreography;
  readonly backoff: Backoff;
};

/** An event for one group, and how many tries have failed so far. */
export type Delivery = { readonly event: DomainEvent; readonly tries: number };

/** What to record about a batch. Deliveries in none of the lists were held back and are still to do. */
export type Consumed<D> = {
  readonly done: readonly D[];
  /** Failed for the last time: done once the letter is stored. */
  readonly parked: readonly { readonly item: D; readonly letter: DeadLetter }[];
  /** Failed, with the number of failed tries and the wait before the next one, ms. */
  readonly retries: readonly { readonly item: D; readonly tries: number; readonly waitMs: number }[];
  /** The error of the backend that did not answer, if any. */
  readonly unavailable?: unknown;
};

/** Delivers a batch to a group and decides what happens to each event that fails. */
export const consumeBatch = async <D extends Delivery>(
  { group, choreography, backoff }: Consumer,
  batch: readonly D[],
): Promise<Consumed<D>> => {
  const { done, failed, unavailable } = await deliverBatch(choreography, group, batch);
  const attempts = failed.map(({ item, error }) => ({ item, error, tries: item.tries + 1 }));
  return {
    done,
    parked: attempts
      .filter(({ tries }) => tries >= maxTries)
      .map(({ item, error, tries }) => ({ item, letter: deadLetterOf(group, item.event, error, tries) })),
    retries: attempts
      .filter(({ tries }) => tries < maxTries)
      .map(({ item, tries }) => ({ item, tries, waitMs: backoff(tries) })),
    ...(unavailable !== undefined && { unavailable }),
  };
};
