import { type Consumer, consumeBatch, type Delivery, type Retry } from "../../application/consume-batch.js";
import type { DeadLetter, DeadLetters } from "../../application/ports/dead-letters.js";
import type { PostponedEvent, PostponedEvents } from "../../application/ports/postponed-events.js";
import { keyOf } from "../../domain/event.js";
import type { DecodedMessage } from "./wire-format.js";

/** A consumer group, and where it stores events that it cannot process. */
export type KafkaConsumer = Consumer & { readonly deadLetters: DeadLetters; readonly postponed: PostponedEvents };

/** A message and its events. */
export type ReceivedMessage = { readonly offset: string; readonly events: readonly DecodedMessage[] };

/** The offset up to which everything is done, if any, and the wait before the rest is tried again, ms (0: none). */
export type Progress = { readonly upTo: string | undefined; readonly waitMs: number };

/** An event of a message. The place is unique within the partition. */
type Placed<T> = T & { readonly place: string };
type Letter = Placed<{ readonly letter: DeadLetter }>;

const placeOf = (offset: string, index: number): string => `${offset}/${index}`;

/**
 * The progress of a group in one partition. An event that fails is postponed with the later events of its key, and the
 * partition continues. While a backend is unavailable, the partition is paused and later read again from the first event
 * that is not done. So this remembers which events after it are done: at most one batch of them.
 */
export class PartitionProgress {
  private readonly consumer: KafkaConsumer;
  private readonly done = new Set<string>();
  private failuresInRow = 0;
  /** Whether the group may have postponed events. Another node may have postponed some in this partition before. */
  private mayBePostponed = true;

  constructor(consumer: KafkaConsumer) {
    this.consumer = consumer;
  }

  /** Reads the postponed events again before the next batch: another node may have had the partition since. */
  reassigned(): void {
    this.mayBePostponed = true;
  }

  /** Works on a batch of messages. */
  async consume(batch: readonly ReceivedMessage[]): Promise<Progress> {
    const events = batch.flatMap(({ offset, events }) =>
      events.map((event, index) => ({ ...event, place: placeOf(offset, index) })),
    );
    let waitMs: number | undefined;
    // Parking an event allows the later events of its key immediately.
    do waitMs = await this.attempt(events.filter(({ place }) => !this.done.has(place)));
    while (waitMs === undefined);

    let upTo: string | undefined;
    for (const { offset, events } of batch) {
      const places = events.map((_, index) => placeOf(offset, index));
      if (!places.every((place) => this.done.has(place))) break;
      for (const place of places) this.done.delete(place);
      upTo = offset;
    }
    return { upTo, waitMs };
  }

  /** Returns the wait before the next attempt, ms; `undefined` if some events are left that need not wait. */
  private async attempt(events: readonly Placed<DecodedMessage>[]): Promise<number | undefined> {
    const { group, backoff } = this.consumer;
    const deliveries: Placed<Delivery>[] = [];
    const undecodable: Letter[] = [];
    for (const decoded of events) {
      const { place } = decoded;
      if ("event" in decoded) deliveries.push({ place, event: decoded.event, tries: 0 });
      else {
        const { type, text, undecodable: error } = decoded;
        undecodable.push({ place, letter: { type, group, error, attempts: 0, event: text } });
      }
    }
    try {
      const heldKeys = await this.postponedKeys(deliveries);
      const isHeld = ({ event }: Delivery) => heldKeys.has(keyOf(event));
      await this.postpone(deliveries.filter(isHeld).map((item) => ({ item, tries: 0, waitMs: 0 })));
      const due = deliveries.filter((delivery) => !isHeld(delivery));
      const { done, parked, retries, unavailable } = await consumeBatch(this.consumer, due);
      for (const { place } of done) this.finish(place);
      await this.postpone(withLaterOfKey(retries, due));
      await this.park([...undecodable, ...parked.map(({ item, letter }) => ({ place: item.place, letter }))]);
      if (unavailable !== undefined) throw unavailable;
    } catch {
      return backoff(++this.failuresInRow);
    }
    this.failuresInRow = 0;
    return events.every(({ place }) => this.done.has(place)) ? 0 : undefined;
  }

  private async postponedKeys(deliveries: readonly Delivery[]): Promise<ReadonlySet<string>> {
    if (!this.mayBePostponed || deliveries.length === 0) return new Set();
    const keys = [...new Set(deliveries.map(({ event }) => keyOf(event)))];
    const postponed = await this.consumer.postponed.postponedKeys(this.consumer.group, keys);
    this.mayBePostponed = postponed !== null;
    return postponed ?? new Set();
  }

  private async postpone(retries: readonly Retry<Placed<Delivery>>[]): Promise<void> {
    if (retries.length === 0) return;
    const events = retries.map(({ item, tries, waitMs }): PostponedEvent => ({ event: item.event, tries, waitMs }));
    this.mayBePostponed = true;
    await this.consumer.postponed.postpone(this.consumer.group, events);
    for (const { item } of retries) this.finish(item.place);
  }

  private async park(letters: readonly Letter[]): Promise<void> {
    if (letters.length === 0) return;
    await this.consumer.deadLetters.park(letters.map(({ letter }) => letter));
    for (const { place } of letters) this.finish(place);
  }

  private finish(place: string): void {
    this.done.add(place);
  }
}

/** Adds the later events of the keys that wait, so that each key keeps its order. */
const withLaterOfKey = <D extends Delivery>(retries: readonly Retry<D>[], batch: readonly D[]): readonly Retry<D>[] => {
  if (retries.length === 0) return [];
  const firsts = new Map(retries.map((retry) => [retry.item, retry]));
  const waits = new Map<string, number>();
  return batch.flatMap((item) => {
    const first = firsts.get(item);
    const key = keyOf(item.event);
    if (first !== undefined) waits.set(key, first.waitMs);
    const waitMs = waits.get(key);
    return first ?? (waitMs === undefined ? [] : { item, tries: item.tries, waitMs });
  });
};
