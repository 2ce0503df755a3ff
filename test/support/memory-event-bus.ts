import { type Choreography, type ConsumerGroup, consumerGroups } from "../../src/application/choreography.js";
import type { DeadLetters } from "../../src/application/ports/dead-letters.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import { type Backoff, jitteredBackoff } from "../../src/application/retry.js";
import type { DomainEvent } from "../../src/domain/event.js";
import { MemoryInbox } from "./memory-inbox.js";

/** An event bus in this process's memory, with the rules of the journal. */
export class MemoryEventBus implements EventBus {
  private readonly inboxes: ReadonlyMap<ConsumerGroup, MemoryInbox>;
  /** Published before `consume` was called. */
  private early: readonly DomainEvent[] = [];
  private choreography: Choreography | undefined;
  private stopped = false;
  private waiting: (() => void)[] = [];

  constructor(deadLetters: DeadLetters, backoff: Backoff = jitteredBackoff(5, 100, Math.random)) {
    const onBatch = () => this.resolveQuiet();
    this.inboxes = new Map(
      consumerGroups.map((group) => [group, new MemoryInbox(group, deadLetters, backoff, onBatch)]),
    );
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    // A copy, so that a reaction cannot change what others receive.
    this.distribute(structuredClone(events) as readonly DomainEvent[]);
  }

  async consume(choreography: Choreography): Promise<void> {
    this.choreography = choreography;
    this.distribute(this.early);
    this.early = [];
    for (const inbox of this.inboxes.values()) inbox.start(choreography);
  }

  deadConsumers(): readonly string[] {
    return [...this.inboxes.values()].flatMap(({ fault }) => fault ?? []);
  }

  async stopConsuming(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.inboxes.values()].map((inbox) => inbox.stop()));
    this.resolveQuiet();
  }

  /** Resolves when no event waits for a group and no reaction runs; once stopped, when no reaction runs. */
  async quiet(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      this.resolveQuiet();
    });
  }

  private distribute(events: readonly DomainEvent[]): void {
    const { choreography } = this;
    if (choreography === undefined) this.early = [...this.early, ...events];
    else
      for (const [group, inbox] of this.inboxes)
        inbox.add(events.filter(({ type }) => choreography[type][group] !== undefined));
  }

  private resolveQuiet(): void {
    if (!this.stopped && (this.early.length > 0 || ![...this.inboxes.values()].every(({ isEmpty }) => isEmpty))) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }
}
