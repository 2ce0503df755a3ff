import { setTimeout as sleep } from "node:timers/promises";
import type { Backoff } from "../../application/backoff.js";
import type { Choreography, ConsumerGroup } from "../../application/choreography.js";
import { deadLetterOf, oneLine } from "../../application/dead-letter-of.js";
import { deliverBatch, maxTries } from "../../application/deliver-batch.js";
import type { DeadLetters } from "../../application/ports/dead-letters.js";
import { type DomainEvent, keyOf } from "../../domain/event.js";
import { isBackendUnavailable } from "../../domain/problem.js";

type Delivery = { readonly event: DomainEvent; tries: number; dueAt: number };

const sliceSize = 500;

/** The events that wait for one group, and the worker that brings them. */
export class MemoryInbox {
  private readonly group: ConsumerGroup;
  private readonly deadLetters: DeadLetters;
  private readonly backoff: Backoff;
  private readonly settled: () => void;
  private readonly stopping = new AbortController();
  private deliveries: Delivery[] = [];
  private timesAway = 0;
  private lastTrouble: string | undefined;
  private wake = () => {};
  private running: Promise<void> | undefined;

  /** `settled` is called after every slice. */
  constructor(group: ConsumerGroup, deadLetters: DeadLetters, backoff: Backoff, settled: () => void) {
    this.group = group;
    this.deadLetters = deadLetters;
    this.backoff = backoff;
    this.settled = settled;
  }

  add(events: readonly DomainEvent[]): void {
    for (const event of events) this.deliveries.push({ event, tries: 0, dueAt: 0 });
    this.wake();
  }

  start(choreography: Choreography): void {
    this.running ??= this.run(choreography);
  }

  /** Resolves when the slice at work is done. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  get isEmpty(): boolean {
    return this.deliveries.length === 0;
  }

  /** Why it delivers nothing, where no engine is to blame. */
  get trouble(): string | undefined {
    return this.lastTrouble;
  }

  private async run(choreography: Choreography): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const slice = this.due();
      if (slice.length === 0) {
        await this.rest();
        continue;
      }
      try {
        await this.take(choreography, slice);
        this.timesAway = 0;
        this.lastTrouble = undefined;
        this.settled();
      } catch (error) {
        if (!isBackendUnavailable(error)) this.lastTrouble = `${this.group}: ${oneLine(error)}`;
        await sleep(this.backoff(++this.timesAway), undefined, { signal }).catch(() => {});
      }
    }
  }

  /** The oldest that are due; one that waits for its next try holds back its own key. */
  private due(): readonly Delivery[] {
    const now = Date.now();
    const heldBack = new Set<string>();
    const slice: Delivery[] = [];
    for (const delivery of this.deliveries) {
      const key = keyOf(delivery.event);
      if (delivery.dueAt > now) heldBack.add(key);
      else if (!heldBack.has(key) && slice.push(delivery) === sliceSize) break;
    }
    return slice;
  }

  /** Until something is added or due, or it stops. */
  private async rest(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.isEmpty) return;
      const dueAt = Math.min(...this.deliveries.map((delivery) => delivery.dueAt));
      timer = setTimeout(resolve, Math.max(0, dueAt - Date.now()));
    });
    clearTimeout(timer);
  }

  private async take(choreography: Choreography, slice: readonly Delivery[]): Promise<void> {
    const { done, failed, unavailable } = await deliverBatch(choreography, this.group, slice);
    this.remove(done);
    for (const { item } of failed) {
      item.tries += 1;
      item.dueAt = Date.now() + this.backoff(item.tries);
    }
    const lost = failed.filter(({ item }) => item.tries >= maxTries);
    if (lost.length > 0) {
      const letters = lost.map(({ item, error }) => deadLetterOf(this.group, item.event, error, item.tries));
      await this.deadLetters.park(letters);
      this.remove(lost.map(({ item }) => item));
    }
    if (unavailable !== undefined) throw unavailable;
  }

  private remove(deliveries: readonly Delivery[]): void {
    const gone = new Set(deliveries);
    this.deliveries = this.deliveries.filter((delivery) => !gone.has(delivery));
  }
}
