import type { Choreography, ConsumerGroup, Reaction } from "../../../src/application/choreography.js";
import type { EventBus } from "../../../src/application/ports/event-bus.js";
import type { DomainEvent } from "../../../src/domain/event.js";

/** The ways in which buses are usually wrong. */
export type Carelessness =
  /** Marks a slice done before it reacts, so what fails is lost. */
  | "done-before-reacting"
  /** Tries a failed event again for ever, and lets nothing of its group pass meanwhile. */
  | "one-bad-event-stops-its-group"
  /** Tries a failed event again for ever, and lets those of its own key pass meanwhile. */
  | "retries-out-of-order";

/** A known-wrong twin: the suite must reject it. */
export class CarelessBus implements EventBus {
  private readonly carelessness: Carelessness;
  private choreography: Choreography | undefined;
  private early: DomainEvent[] = [];
  private stopped = false;
  private readonly queues = new Map<Reaction, Promise<void>>();

  constructor(carelessness: Carelessness) {
    this.carelessness = carelessness;
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    this.early.push(...events);
    setImmediate(() => this.deliver());
  }

  async consume(choreography: Choreography): Promise<void> {
    this.choreography = choreography;
    this.deliver();
  }

  deadConsumers(): readonly string[] {
    return [];
  }

  async stopConsuming(): Promise<void> {
    this.stopped = true;
  }

  private deliver(): void {
    const { choreography } = this;
    if (choreography === undefined) return;
    for (const event of this.early.splice(0))
      for (const reaction of Object.values(choreography[event.type] as Partial<Record<ConsumerGroup, Reaction>>)) {
        const queue = this.carelessness === "retries-out-of-order" ? undefined : this.queues.get(reaction);
        this.queues.set(
          reaction,
          (queue ?? Promise.resolve()).then(() => this.bring(reaction, event)),
        );
      }
  }

  private async bring(reaction: Reaction, event: DomainEvent): Promise<void> {
    for (;;)
      try {
        await reaction.execute([event]);
        return;
      } catch {
        if (this.stopped || this.carelessness === "done-before-reacting") return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
  }
}
