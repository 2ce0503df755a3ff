import type { Choreography, ConsumerGroup } from "../../src/application/choreography.js";
import { consumerGroups } from "../../src/application/choreography.js";
import { deliverBatch } from "../../src/application/deliver-batch.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { DomainEvent } from "../../src/domain/event.js";
import type { SeededRandom } from "./seeded-random.js";

type Copy = { readonly group: ConsumerGroup; readonly event: DomainEvent; drops: number };

const maxDrops = 2;
const maxBatch = 4;

/**
 * The worst bus that still delivers at least once. Each group receives each event one to three times, in any order, alone
 * or in a batch of any keys. Some copies are dropped and delivered later. The bus acts only when the test calls it, and
 * the seed decides what happens.
 */
export class ShufflingBus implements EventBus {
  private readonly random: SeededRandom;
  private choreography: Choreography | undefined;
  private readonly waiting: Copy[] = [];
  /** Copies that were dropped, or delivered and not acknowledged yet. */
  private readonly unacknowledged = new Set<Copy>();
  /** The ids of all published events. */
  readonly publishedIds = new Set<string>();
  /** Reactions that failed although all backends were available, one line each. */
  readonly failures: string[] = [];

  constructor(random: SeededRandom) {
    this.random = random;
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    if (this.choreography === undefined) throw new Error("there is no consumer yet");
    for (const event of events) {
      this.publishedIds.add(event.id);
      for (const group of consumerGroups)
        if (this.choreography[event.type][group] !== undefined)
          for (let copies = 1 + this.random.below(3); copies > 0; copies -= 1)
            this.waiting.push({ group, event: JSON.parse(JSON.stringify(event)), drops: 0 });
    }
  }

  async consume(choreography: Choreography): Promise<void> {
    this.choreography = choreography;
  }

  deadConsumers(): readonly string[] {
    return [];
  }

  async stopConsuming(): Promise<void> {
    this.waiting.length = 0;
    this.unacknowledged.clear();
  }

  /** The number of copies that can be delivered now. */
  get deliverable(): number {
    return this.waiting.length;
  }

  /** Whether all copies are processed. */
  get isIdle(): boolean {
    return this.waiting.length === 0 && this.unacknowledged.size === 0;
  }

  /** Drops one copy, or delivers one or more copies to a group. `processed` resolves when the group has processed them. */
  deliver(): { readonly what: string; readonly processed: Promise<void> } {
    const first = this.random.draw(this.waiting);
    this.unacknowledged.add(first);
    if (first.drops < maxDrops && this.random.chance(0.15)) {
      first.drops += 1;
      return { what: `drop ${first.group} ${first.event.id}`, processed: Promise.resolve() };
    }
    const batch = [first];
    for (let size = 1 + this.random.below(maxBatch); batch.length < size; ) {
      const others = this.waiting.filter(({ group }) => group === first.group);
      if (others.length === 0) break;
      const other = this.random.pick(others);
      this.waiting.splice(this.waiting.indexOf(other), 1);
      this.unacknowledged.add(other);
      batch.push(other);
    }
    const what = `deliver ${first.group} ${batch.map(({ event }) => event.id).join(" ")}`;
    return { what, processed: this.process(first.group, batch) };
  }

  /** Makes unacknowledged copies deliverable again, as after a consumer's death. */
  redeliver(): void {
    this.waiting.push(...this.unacknowledged);
    this.unacknowledged.clear();
  }

  private async process(group: ConsumerGroup, batch: readonly Copy[]): Promise<void> {
    if (this.choreography === undefined) throw new Error("there is no consumer yet");
    const { done, failed } = await deliverBatch(this.choreography, group, batch);
    for (const { item, error } of failed) this.failures.push(`${group} ${item.event.id}: ${error}`);
    // A failed copy counts as parked. If a backend was unavailable, the copy stays unacknowledged.
    for (const copy of [...done, ...failed.map(({ item }) => item)]) this.unacknowledged.delete(copy);
  }
}
