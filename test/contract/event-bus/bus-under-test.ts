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
import { emptyChoreography } from "../../support/empty-choreography.js";

/** The events that the clauses publish. */
export type ClaimEvent = EventOf<"coupon.requested" | "coupon.reserved" | "coupon.issued" | "coupon.failed">;

/** One backend with separate data, and buses on it. */
export type BusUnderTest = {
  /** Opens and starts another instance. */
  open(): Promise<EventBus>;
  parked(): Promise<readonly DeadLetter[]>;
  /** Sends a text that is not an event as `coupon.requested`; missing if the backend carries only events. */
  readonly sendText?: (text: string) => Promise<void>;
  /** Breaks what the `stock` group of every instance needs. The returned function repairs it. */
  readonly breakStock?: () => Promise<() => Promise<unknown>>;
  /** Resolves when the work is divided between the instances; missing if there can be only one. */
  readonly divided?: (instances: number) => Promise<void>;
  /** How long a clause waits for an event, ms. */
  readonly timeoutMs: number;
};

/** A dead-letter store in memory. */
export const memoryDeadLetters = (): DeadLetters & { readonly letters: DeadLetter[] } => {
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

/** The event that two groups react to: `stock` and `ranking-log`. */
export const failed = (coupon: string, position: number): EventOf<"coupon.failed"> => ({
  id: `coupon.failed:${coupon}-task-${position}` as EventId,
  type: "coupon.failed",
  at: "2026-11-21T00:00:00.000Z" as Instant,
  data: { ...data(coupon, position), retryCount: 2, reason: "internal" },
});

export const databaseUnavailable = () => new DomainError({ code: "engine-unavailable", engine: "database" });

export const rowLocked = () => new DomainError({ code: "resource-busy", resource: "coupons", key: "a" });

/** Reactions that record the events that each group receives, in order, after an action of the clause. */
export class Recorder {
  readonly received = Object.fromEntries(consumerGroups.map((group) => [group, []])) as unknown as Record<
    ConsumerGroup,
    ClaimEvent[]
  >;
  private readonly timeoutMs: number;
  private readonly before: (group: ConsumerGroup, events: readonly DomainEvent[]) => Promise<void> | void;
  private changed = () => {};

  constructor(
    { timeoutMs }: Pick<BusUnderTest, "timeoutMs">,
    before: (group: ConsumerGroup, events: readonly DomainEvent[]) => Promise<void> | void = () => {},
  ) {
    this.timeoutMs = timeoutMs;
    this.before = before;
  }

  choreography(): Choreography {
    const [stock, settlement, log] = [
      this.reaction("stock"),
      this.reaction("settlement"),
      this.reaction("ranking-log"),
    ];
    return {
      ...emptyChoreography,
      "coupon.requested": { stock },
      "coupon.reserved": { settlement },
      "coupon.issued": { "ranking-log": log },
      "coupon.failed": { stock, "ranking-log": log },
    };
  }

  ids(group: ConsumerGroup): readonly string[] {
    return this.received[group].map(({ id }) => id);
  }

  /** Resolves when the group has received all of these events. */
  async receives(group: ConsumerGroup, events: readonly DomainEvent[]): Promise<void> {
    await this.until(() => {
      const ids = new Set(this.ids(group));
      return events.every(({ id }) => ids.has(id));
    }, `${group} to receive ${events.length} events`);
  }

  /** Checks after every received batch, and every 20 ms. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + this.timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
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
          await this.before(group, events);
          this.received[group].push(...(events as readonly ClaimEvent[]));
        } finally {
          this.changed();
        }
      },
    };
  }
}
