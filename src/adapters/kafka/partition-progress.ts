import type { KafkaMessage } from "kafkajs";
import type { Backoff } from "../../application/backoff.js";
import type { Choreography, ConsumerGroup } from "../../application/choreography.js";
import { deadLetterOf } from "../../application/dead-letter-of.js";
import { deliverBatch, maxTries } from "../../application/deliver-batch.js";
import type { DeadLetter, DeadLetters } from "../../application/ports/dead-letters.js";
import type { DomainEvent } from "../../domain/event.js";
import { decodeMessage, rawMessage } from "./wire-format.js";

type Delivery = { readonly offset: string; readonly event: DomainEvent };

/** What a group does with the messages of one partition, and what each failure means. */
export type Work = {
  readonly group: ConsumerGroup;
  readonly choreography: Choreography;
  readonly deadLetters: DeadLetters;
  readonly backoff: Backoff;
};

/**
 * How far a group is in one partition. While a message waits for its next try the partition is paused and read again
 * from there, so what is done beyond it is remembered: never more than a slice.
 */
export class PartitionProgress {
  private readonly work: Work;
  private readonly done = new Set<string>();
  private readonly tries = new Map<string, number>();
  private timesAway = 0;

  constructor(work: Work) {
    this.work = work;
  }

  /**
   * Works on a slice. Answers the offset up to which all is done, if any is, and how long to wait (ms, 0: not at all)
   * before the rest is tried again.
   */
  async take(slice: readonly KafkaMessage[]): Promise<{ readonly upTo: string | undefined; readonly waitMs: number }> {
    let waitMs: number | undefined;
    // Events behind one that has just been parked are free at once.
    do waitMs = await this.attempt(slice.filter(({ offset }) => !this.done.has(offset)));
    while (waitMs === undefined);

    let upTo: string | undefined;
    for (const { offset } of slice) {
      if (!this.done.delete(offset)) break;
      upTo = offset;
    }
    return { upTo, waitMs };
  }

  /** `undefined`: some are left that need not wait. */
  private async attempt(messages: readonly KafkaMessage[]): Promise<number | undefined> {
    const { group, choreography, deadLetters, backoff } = this.work;
    const deliveries: Delivery[] = [];
    const letters = new Map<string, DeadLetter>();
    for (const message of messages) {
      const { offset } = message;
      const decoded = decodeMessage(message);
      if ("event" in decoded) deliveries.push({ offset, event: decoded.event });
      else {
        const { type, text } = rawMessage(message);
        letters.set(offset, { type, group, error: decoded.undecodable, attempts: 0, event: text });
      }
    }
    const { done, failed, unavailable } = await deliverBatch(choreography, group, deliveries);
    for (const { offset } of done) this.finish(offset);
    let mostTried = 0;
    for (const { item, error } of failed) {
      const tries = (this.tries.get(item.offset) ?? 0) + 1;
      this.tries.set(item.offset, tries);
      if (tries >= maxTries) letters.set(item.offset, deadLetterOf(group, item.event, error, tries));
      else mostTried = Math.max(mostTried, tries);
    }
    if (letters.size > 0) {
      try {
        await deadLetters.park([...letters.values()]);
      } catch {
        // Nothing may be lost: until it can be parked it counts as not done.
        return backoff(++this.timesAway);
      }
      for (const offset of letters.keys()) this.finish(offset);
    }
    if (unavailable !== undefined) return backoff(++this.timesAway);
    this.timesAway = 0;
    if (mostTried > 0) return backoff(mostTried);
    return messages.every(({ offset }) => this.done.has(offset)) ? 0 : undefined;
  }

  private finish(offset: string): void {
    this.done.add(offset);
    this.tries.delete(offset);
  }
}
