import { systemTimers } from "../../src/adapters/system/system-timers.js";
import type { Choreography, ConsumerGroup } from "../../src/application/choreography.js";
import { consumeBatch } from "../../src/application/consume-batch.js";
import { oneLine } from "../../src/application/dead-letter/dead-letter-of.js";
import type { DeadLetters } from "../../src/application/ports/dead-letters.js";
import { type Backoff, RetryLoop } from "../../src/application/retry.js";
import { type DomainEvent, keyOf } from "../../src/domain/event.js";
import { isBackendUnavailable } from "../../src/domain/problem.js";

type WaitingEvent = { readonly event: DomainEvent; tries: number; dueAt: number };

const batchSize = 500;

/** The events that wait for one group, and the loop that delivers them. */
export class MemoryInbox {
  private readonly group: ConsumerGroup;
  private readonly deadLetters: DeadLetters;
  private readonly backoff: Backoff;
  private readonly onBatch: () => void;
  private readonly loop: RetryLoop;
  private deliveries: WaitingEvent[] = [];
  private choreography: Choreography | undefined;
  private lastFault: string | undefined;

  /** `onBatch` is called after every batch. */
  constructor(group: ConsumerGroup, deadLetters: DeadLetters, backoff: Backoff, onBatch: () => void) {
    this.group = group;
    this.deadLetters = deadLetters;
    this.backoff = backoff;
    this.onBatch = onBatch;
    this.loop = new RetryLoop({
      timers: systemTimers,
      backoff,
      round: () => this.round(),
      onFailure: (error) => {
        if (!isBackendUnavailable(error)) this.lastFault = `${group}: ${oneLine(error)}`;
      },
    });
  }

  add(events: readonly DomainEvent[]): void {
    for (const event of events) this.deliveries.push({ event, tries: 0, dueAt: 0 });
    this.loop.wake();
  }

  start(choreography: Choreography): void {
    this.choreography = choreography;
    this.loop.start();
  }

  /** Resolves when the batch in progress is done. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  get isEmpty(): boolean {
    return this.deliveries.length === 0;
  }

  /** Why the group delivers nothing although every backend answers, if so. */
  get fault(): string | undefined {
    return this.lastFault;
  }

  private async round(): Promise<number> {
    const batch = this.due();
    if (batch.length === 0) return this.restMs();
    await this.consume(batch);
    this.lastFault = undefined;
    this.onBatch();
    return 0;
  }

  /** The oldest events that are due. An event that waits for its next try holds back its own key. */
  private due(): readonly WaitingEvent[] {
    const now = Date.now();
    const heldBack = new Set<string>();
    const batch: WaitingEvent[] = [];
    for (const delivery of this.deliveries) {
      const key = keyOf(delivery.event);
      if (delivery.dueAt > now) heldBack.add(key);
      else if (!heldBack.has(key) && batch.push(delivery) === batchSize) break;
    }
    return batch;
  }

  private restMs(): number {
    const dueAt = Math.min(...this.deliveries.map((delivery) => delivery.dueAt));
    return Math.max(1, dueAt - Date.now());
  }

  private async consume(batch: readonly WaitingEvent[]): Promise<void> {
    if (this.choreography === undefined) return;
    const { group, choreography, backoff } = this;
    const { done, parked, retries, unavailable } = await consumeBatch({ group, choreography, backoff }, batch);
    this.remove(done);
    for (const { item, tries, waitMs } of retries) {
      item.tries = tries;
      item.dueAt = Date.now() + waitMs;
    }
    if (parked.length > 0) {
      await this.deadLetters.park(parked.map(({ letter }) => letter));
      this.remove(parked.map(({ item }) => item));
    }
    if (unavailable !== undefined) throw unavailable;
  }

  private remove(deliveries: readonly WaitingEvent[]): void {
    const removed = new Set(deliveries);
    this.deliveries = this.deliveries.filter((delivery) => !removed.has(delivery));
  }
}
