import {
  type Choreography,
  type ConsumerGroup,
  consumerGroups,
  type Reaction,
} from "../../../src/application/choreography.js";
import type { DeadLetter, DeadLetters } from "../../../src/application/ports/dead-letters.js";
import type { EventBus } from "../../../src/application/ports/event-bus.js";
import { createEvent, type DomainEvent, type EventId, type EventOf } from "../../../src/domain/event.js";
import type { CouponId, TaskId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { EpochMs, Instant } from "../../../src/domain/time.js";
import { silentChoreography } from "../../support/silent-choreography.js";

/** What the clauses send. */
export type ClaimEvent = EventOf<"coupon.requested" | "coupon.reserved" | "coupon.issued" | "coupon.failed">;

/** One engine with data of its own, and as many buses on it as a clause wants. */
export type BusUnderTest = {
  /** Another instance, started. */
  open(): Promise<EventBus>;
  parked(): Promise<readonly DeadLetter[]>;
  /** Puts what is no event where `coupon.requested` travels; absent where nothing can be but events. */
  readonly poison?: (text: string) => Promise<void>;
  /** Breaks what the `stock` group of every instance needs, until what it answers is called. */
  readonly breakStock?: () => Promise<() => Promise<unknown>>;
  /** Resolves when the instances have shared out the work. */
  readonly shared?: (instances: number) => Promise<void>;
  /** Longest time to wait for what must come, ms. */
  readonly patienceMs: number;
};

/** A dead-letter store that remembers. */
export const rememberDeadLetters = (): DeadLetters & { readonly letters: DeadLetter[] } => {
  const letters: DeadLetter[] = [];
  return {
    letters,
    park: async (more) => {
      letters.push(...more);
    },
  };
};

const data = (coupon: string, position: number) => ({
  taskId: `${coupon}-task-${position}` as TaskId,
  couponId: coupon as CouponId,
  userId: `user-${position}` as UserId,
  position,
});

export const requested = (coupon: string, position: number): EventOf<"coupon.requested"> =>
  createEvent("coupon.requested", data(coupon, position), 1_795_000_000_000 as EpochMs);

export const issued = (coupon: string, position: number): EventOf<"coupon.issued"> => ({
  id: `coupon.issued:${coupon}-task-${position}` as EventId,
  type: "coupon.issued",
  at: "2026-11-21T00:00:00.000Z" as Instant,
  data: { ...data(coupon, position), retryCount: 0, userCouponId: `uc-${position}` as UserCouponId },
});

/** The one event that two groups react to: `stock` and `ranking-log`. */
export const failed = (coupon: string, position: number): EventOf<"coupon.failed"> => ({
  id: `coupon.failed:${coupon}-task-${position}` as EventId,
  type: "coupon.failed",
  at: "2026-11-21T00:00:00.000Z" as Instant,
  data: { ...data(coupon, position), retryCount: 2, reason: "internal" },
});

export const engineAway = () => new DomainError({ code: "engine-unavailable", engine: "database" });

/** Reactions that note what came, per group, in order, and do first what a clause asks for. */
export class Recorder {
  readonly heard = Object.fromEntries(consumerGroups.map((group) => [group, []])) as unknown as Record<
    ConsumerGroup,
    ClaimEvent[]
  >;
  private readonly patienceMs: number;
  private readonly first: (group: ConsumerGroup, events: readonly DomainEvent[]) => Promise<void> | void;
  private changed = () => {};

  constructor(
    { patienceMs }: Pick<BusUnderTest, "patienceMs">,
    first: (group: ConsumerGroup, events: readonly DomainEvent[]) => Promise<void> | void = () => {},
  ) {
    this.patienceMs = patienceMs;
    this.first = first;
  }

  choreography(): Choreography {
    const [stock, settlement, log] = [
      this.reaction("stock"),
      this.reaction("settlement"),
      this.reaction("ranking-log"),
    ];
    return {
      ...silentChoreography,
      "coupon.requested": { stock },
      "coupon.reserved": { settlement },
      "coupon.issued": { "ranking-log": log },
      "coupon.failed": { stock, "ranking-log": log },
    };
  }

  ids(group: ConsumerGroup): readonly string[] {
    return this.heard[group].map(({ id }) => id);
  }

  /** Resolves when the group has heard all of these. */
  async hears(group: ConsumerGroup, events: readonly DomainEvent[]): Promise<void> {
    await this.until(() => {
      const ids = new Set(this.ids(group));
      return events.every(({ id }) => ids.has(id));
    }, `${group} to hear ${events.length} events`);
  }

  /** Looks whenever something was heard, and now and then. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + this.patienceMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await new Promise<void>((resolve) => {
        this.changed = resolve;
        setTimeout(resolve, 20);
      });
    }
  }

  private reaction(group: ConsumerGroup): Reaction {
    return {
      execute: async (events) => {
        try {
          await this.first(group, events);
          this.heard[group].push(...(events as readonly ClaimEvent[]));
        } finally {
          this.changed();
        }
      },
    };
  }
}
