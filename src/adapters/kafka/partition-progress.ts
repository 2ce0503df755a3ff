import type { KafkaMessage } from "kafkajs";
import { type Consumer, consumeBatch, type Delivery } from "../../application/consume-batch.js";
import type { DeadLetter, DeadLetters } from "../../application/ports/dead-letters.js";
import { decodeMessage, rawMessage } from "./wire-format.js";

type MessageDelivery = Delivery & { readonly offset: string };

/** A consumer group, and where it parks events. */
export type KafkaConsumer = Consumer & { readonly deadLetters: DeadLetters };

/** The offset up to which everything is done, if any, and the wait before the rest is tried again, ms (0: none). */
export type Progress = { readonly upTo: string | undefined; readonly waitMs: number };

/**
 * The progress of a group in one partition. While a message waits for its next try, the partition is paused and later
 * read again from that message. So this remembers which messages after it are done: at most one batch of them.
 */
export class PartitionProgress {
  private readonly consumer: KafkaConsumer;
  private readonly done = new Set<string>();
  private readonly tries = new Map<string, number>();
  private failuresInRow = 0;

  constructor(consumer: KafkaConsumer) {
    this.consumer = consumer;
  }

  /** Works on a batch. */
  async consume(batch: readonly KafkaMessage[]): Promise<Progress> {
    let waitMs: number | undefined;
    // Parking an event allows the later events of its key immediately.
    do waitMs = await this.attempt(batch.filter(({ offset }) => !this.done.has(offset)));
    while (waitMs === undefined);

    let upTo: string | undefined;
    for (const { offset } of batch) {
      if (!this.done.delete(offset)) break;
      upTo = offset;
    }
    return { upTo, waitMs };
  }

  /** Returns the wait before the next attempt, ms; `undefined` if some messages are left that need not wait. */
  private async attempt(messages: readonly KafkaMessage[]): Promise<number | undefined> {
    const { group, backoff } = this.consumer;
    const deliveries: MessageDelivery[] = [];
    const undecodable: { readonly offset: string; readonly letter: DeadLetter }[] = [];
    for (const message of messages) {
      const { offset } = message;
      const decoded = decodeMessage(message);
      if ("event" in decoded) deliveries.push({ offset, event: decoded.event, tries: this.tries.get(offset) ?? 0 });
      else {
        const { type, text } = rawMessage(message);
        undecodable.push({ offset, letter: { type, group, error: decoded.undecodable, attempts: 0, event: text } });
      }
    }
    const { done, parked, retries, unavailable } = await consumeBatch(this.consumer, deliveries);
    for (const { offset } of done) this.finish(offset);
    for (const { item, tries } of retries) this.tries.set(item.offset, tries);
    const letters = [...undecodable, ...parked.map(({ item, letter }) => ({ offset: item.offset, letter }))];
    if (!(await this.park(letters)) || unavailable !== undefined) return backoff(++this.failuresInRow);
    this.failuresInRow = 0;
    if (retries.length > 0) return Math.max(...retries.map(({ waitMs }) => waitMs));
    return messages.every(({ offset }) => this.done.has(offset)) ? 0 : undefined;
  }

  /** Returns whether the letters are stored. Otherwise their events are still to do. */
  private async park(letters: readonly { readonly offset: string; readonly letter: DeadLetter }[]): Promise<boolean> {
    if (letters.length === 0) return true;
    try {
      await this.consumer.deadLetters.park(letters.map(({ letter }) => letter));
    } catch {
      return false;
    }
    for (const { offset } of letters) this.finish(offset);
    return true;
  }

  private finish(offset: string): void {
    this.done.add(offset);
    this.tries.delete(offset);
  }
}
