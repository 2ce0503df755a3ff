import type { Choreography, ConsumerGroup, Reaction } from "../../../src/application/choreography.js";
import type { EventBus } from "../../../src/application/ports/event-bus.js";
import type { DomainEvent } from "../../../src/domain/event.js";

/** Common mistakes of event buses. */
export type Mistake =
  /** Marks a batch done before it reacts, so a failed event is lost. */
  | "done-before-reacting"
  /** Retries a failed event forever and delivers nothing else to its group. */
  | "one-bad-event-stops-its-group"
  /** Retries a failed event forever and still delivers later events of its key. */
  | "retries-out-of-order";

/** A known-wrong implementation: the suite must reject it. */
export class KnownWrongEventBus implements EventBus {
  private readonly mistake: Mistake;
  private choreography: Choreography | undefined;
  private early: DomainEvent[] = [];
  private stopped = false;
  private readonly queues = new Map<Reaction, Promise<void>>();

  constructor(mistake: Mistake) {
    this.mistake = mistake;
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    this.early.push(...events);
    setImmediate(() => this.deliverEarly());
  }

  async consume(choreography: Choreography): Promise<void> {
    this.choreography = choreography;
    this.deliverEarly();
  }

  deadConsumers(): readonly string[] {
    return [];
  }

  async stopConsuming(): Promise<void> {
    this.stopped = true;
  }

  private deliverEarly(): void {
    const { choreography } = this;
    if (choreography === undefined) return;
    for (const event of this.early.splice(0))
      for (const reaction of Object.values(choreography[event.type] as Partial<Record<ConsumerGroup, Reaction>>)) {
        const queue = this.mistake === "retries-out-of-order" ? undefined : this.queues.get(reaction);
        this.queues.set(
          reaction,
          (queue ?? Promise.resolve()).then(() => this.deliver(reaction, event)),
        );
      }
  }

  private async deliver(reaction: Reaction, event: DomainEvent): Promise<void> {
    for (;;)
      try {
        await reaction.execute([event]);
        return;
      } catch {
        if (this.stopped || this.mistake === "done-before-reacting") return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
  }
}
