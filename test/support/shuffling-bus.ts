import type { Choreography, ConsumerGroup } from "../../src/application/choreography.js";
import { consumerGroups } from "../../src/application/choreography.js";
import { deliverBatch } from "../../src/application/deliver-batch.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { DomainEvent } from "../../src/domain/event.js";
import type { SeededRandom } from "./seeded-random.js";

type Copy = { readonly group: ConsumerGroup; readonly event: DomainEvent; drops: number };

/** More would only make the tests slower. */
const mostDrops = 2;
const mostTogether = 4;

/**
 * The worst bus that still delivers: every event reaches each group one to three times, in any order, alone or among
 * others of whatever key, now and then dropped on the way and brought again later. Nothing happens but what the test
 * asks for, and what happens follows from the seed.
 */
export class ShufflingBus implements EventBus {
  private readonly random: SeededRandom;
  private choreography: Choreography | undefined;
  private readonly waiting: Copy[] = [];
  /** Dropped, or handed out and not acknowledged: by a consumer that is at work, or one that died. */
  private readonly away = new Set<Copy>();
  /** The id of every event that was ever accepted. */
  readonly accepted = new Set<string>();
  /** Reactions that failed although every engine answered, one line each. */
  readonly failures: string[] = [];

  constructor(random: SeededRandom) {
    this.random = random;
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    if (this.choreography === undefined) throw new Error("nobody consumes yet");
    for (const event of events) {
      this.accepted.add(event.id);
      for (const group of consumerGroups)
        if (this.choreography[event.type][group] !== undefined)
          for (let copies = 1 + this.random.below(3); copies > 0; copies -= 1)
            // What a reaction gets is a copy, as on any wire.
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
    this.away.clear();
  }

  /** How many copies could be delivered now. */
  get deliverable(): number {
    return this.waiting.length;
  }

  /** Whether every copy has been reacted to. */
  get isQuiet(): boolean {
    return this.waiting.length === 0 && this.away.size === 0;
  }

  /** Drops one copy, or hands some of one group out; `reacted` once they are done with. Answers what it was as well. */
  deliver(): { readonly what: string; readonly reacted: Promise<void> } {
    const first = this.random.draw(this.waiting);
    this.away.add(first);
    if (first.drops < mostDrops && this.random.chance(0.15)) {
      first.drops += 1;
      return { what: `drop ${first.group} ${first.event.id}`, reacted: Promise.resolve() };
    }
    const slice = [first];
    for (let most = 1 + this.random.below(mostTogether); slice.length < most; ) {
      const others = this.waiting.filter(({ group }) => group === first.group);
      if (others.length === 0) break;
      const other = this.random.pick(others);
      this.waiting.splice(this.waiting.indexOf(other), 1);
      this.away.add(other);
      slice.push(other);
    }
    const what = `deliver ${first.group} ${slice.map(({ event }) => event.id).join(" ")}`;
    return { what, reacted: this.react(first.group, slice) };
  }

  /** What was dropped, or not acknowledged yet, can be delivered again: as after a consumer's death. */
  bringBack(): void {
    this.waiting.push(...this.away);
    this.away.clear();
  }

  private async react(group: ConsumerGroup, slice: readonly Copy[]): Promise<void> {
    if (this.choreography === undefined) throw new Error("nobody consumes yet");
    const { done, failed } = await deliverBatch(this.choreography, group, slice);
    for (const { item, error } of failed) this.failures.push(`${group} ${item.event.id}: ${error}`);
    // One that fails is parked at once; one that met an absent engine stays away, and is brought back.
    for (const copy of [...done, ...failed.map(({ item }) => item)]) this.away.delete(copy);
  }
}
