import { type Consumer, consumeBatch, type Delivery } from "../../application/consume-batch.js";
import type { DeadLetter, DeadLetters } from "../../application/ports/dead-letters.js";
import type { DecodedMessage } from "./wire-format.js";

/** A consumer group, and where it parks events. */
export type KafkaConsumer = Consumer & { readonly deadLetters: DeadLetters };

/** A message and its events. */
export type ReceivedMessage = { readonly offset: string; readonly events: readonly DecodedMessage[] };

/** The offset up to which everything is done, if any, and the wait before the rest is tried again, ms (0: none). */
export type Progress = { readonly upTo: string | undefined; readonly waitMs: number };

/** An event of a message. The place is unique within the partition. */
type Placed<T> = T & { readonly place: string };
type Letter = Placed<{ readonly letter: DeadLetter }>;

const placeOf = (offset: string, index: number): string => `${offset}/${index}`;

/**
 * The progress of a group in one partition. While an event waits for its next try, the partition is paused and later
 * read again from that event's message. So this remembers which events after it are done: at most one batch of them.
 */
export class PartitionProgress {
  private readonly consumer: KafkaConsumer;
  private readonly done = new Set<string>();
  private readonly tries = new Map<string, number>();
  private failuresInRow = 0;

  constructor(consumer: KafkaConsumer) {
    this.consumer = consumer;
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
      if ("event" in decoded) deliveries.push({ place, event: decoded.event, tries: this.tries.get(place) ?? 0 });
      else {
        const { type, text, undecodable: error } = decoded;
        undecodable.push({ place, letter: { type, group, error, attempts: 0, event: text } });
      }
    }
    const { done, parked, retries, unavailable } = await consumeBatch(this.consumer, deliveries);
    for (const { place } of done) this.finish(place);
    for (const { item, tries } of retries) this.tries.set(item.place, tries);
    const letters = [...undecodable, ...parked.map(({ item, letter }) => ({ place: item.place, letter }))];
    if (!(await this.park(letters)) || unavailable !== undefined) return backoff(++this.failuresInRow);
    this.failuresInRow = 0;
    if (retries.length > 0) return Math.max(...retries.map(({ waitMs }) => waitMs));
    return events.every(({ place }) => this.done.has(place)) ? 0 : undefined;
  }

  /** Returns whether the letters are stored. Otherwise their events are still to do. */
  private async park(letters: readonly Letter[]): Promise<boolean> {
    if (letters.length === 0) return true;
    try {
      await this.consumer.deadLetters.park(letters.map(({ letter }) => letter));
    } catch {
      return false;
    }
    for (const { place } of letters) this.finish(place);
    return true;
  }

  private finish(place: string): void {
    this.done.add(place);
    this.tries.delete(place);
  }
}
