import { type Backoff, jitteredBackoff } from "../../application/backoff.js";
import { type Choreography, type ConsumerGroup, consumerGroups } from "../../application/choreography.js";
import type { DeadLetters } from "../../application/ports/dead-letters.js";
import type { EventBus } from "../../application/ports/event-bus.js";
import type { DomainEvent } from "../../domain/event.js";
import { MemoryInbox } from "./memory-inbox.js";

/** The event bus of tests: the rules of the journal, in this process's memory. */
export class MemoryEventBus implements EventBus {
  private readonly inboxes: ReadonlyMap<ConsumerGroup, MemoryInbox>;
  /** Published before anybody consumed. */
  private early: readonly DomainEvent[] = [];
  private choreography: Choreography | undefined;
  private stopped = false;
  private waiting: (() => void)[] = [];

  constructor(deadLetters: DeadLetters, backoff: Backoff = jitteredBackoff(5, 100, Math.random)) {
    const tellQuiet = () => this.tellQuiet();
    this.inboxes = new Map(
      consumerGroups.map((group) => [group, new MemoryInbox(group, deadLetters, backoff, tellQuiet)]),
    );
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    // What a reaction gets is a copy, as on any wire.
    this.spread(structuredClone(events) as readonly DomainEvent[]);
  }

  async consume(choreography: Choreography): Promise<void> {
    this.choreography = choreography;
    this.spread(this.early);
    this.early = [];
    for (const inbox of this.inboxes.values()) inbox.start(choreography);
  }

  deadConsumers(): readonly string[] {
    return [...this.inboxes.values()].flatMap(({ trouble }) => trouble ?? []);
  }

  async stopConsuming(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.inboxes.values()].map((inbox) => inbox.stop()));
    this.tellQuiet();
  }

  /** Resolves when no event waits for a group and no reaction runs; or, once stopped, when no reaction runs. */
  async quiet(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      this.tellQuiet();
    });
  }

  private spread(events: readonly DomainEvent[]): void {
    const { choreography } = this;
    if (choreography === undefined) this.early = [...this.early, ...events];
    else
      for (const [group, inbox] of this.inboxes)
        inbox.add(events.filter(({ type }) => choreography[type][group] !== undefined));
  }

  private tellQuiet(): void {
    if (!this.stopped && (this.early.length > 0 || ![...this.inboxes.values()].every(({ isEmpty }) => isEmpty))) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }
}
