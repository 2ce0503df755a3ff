import type { DomainEvent } from "../domain/event.js";
import { isResourceBusy } from "../domain/problem.js";
import type { Choreography, ConsumerGroup } from "./choreography.js";
import { deadLetterOf } from "./dead-letter/dead-letter-of.js";
import { deliverBatch } from "./deliver-batch.js";
import type { DeadLetter } from "./ports/dead-letters.js";
import type { Backoff } from "./retry.js";

/** Number of tries, made while every backend answers, after which a failing event is parked. */
const maxTries = 8;
/** How long an event waits whose rows another transaction holds, ms. Such a try does not count. */
const busyWaitMs = 500;

/** A consumer group, its reactions, and how long a failed event waits for its next try. */
export type Consumer = {
  readonly group: ConsumerGroup;
  readonly choreography: Choreography;
  readonly backoff: Backoff;
};

/** An event for one group, and how many tries have failed so far. */
export type Delivery = { readonly event: DomainEvent; readonly tries: number };

/** An event that must wait for its next try: how many tries have failed, and the wait, ms. */
export type Retry<D> = { readonly item: D; readonly tries: number; readonly waitMs: number };

/** What to record about a batch. Deliveries in none of the lists were held back and are still to do. */
export type Consumed<D> = {
  readonly done: readonly D[];
  /** Failed for the last time: done once the letter is stored. */
  readonly parked: readonly { readonly item: D; readonly letter: DeadLetter }[];
  readonly retries: readonly Retry<D>[];
  /** The error of the backend that did not answer, if any. */
  readonly unavailable?: unknown;
};

/** Delivers a batch to a group and decides what happens to each event that fails. */
export const consumeBatch = async <D extends Delivery>(
  { group, choreography, backoff }: Consumer,
  batch: readonly D[],
): Promise<Consumed<D>> => {
  const { done, failed, unavailable } = await deliverBatch(choreography, group, batch);
  const retries: Retry<D>[] = [];
  const parked: { readonly item: D; readonly letter: DeadLetter }[] = [];
  for (const { item, error } of failed) {
    const tries = isResourceBusy(error) ? item.tries : item.tries + 1;
    if (tries >= maxTries) parked.push({ item, letter: deadLetterOf(group, item.event, error, tries) });
    else retries.push({ item, tries, waitMs: isResourceBusy(error) ? busyWaitMs : backoff(tries) });
  }
  return { done, parked, retries, ...(unavailable !== undefined && { unavailable }) };
};
