import type { EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Stores sell-outs for delivery to the webhook. It sends nothing itself, because a slow target would delay its group. */
export class AnnounceSoldOut implements Reaction<"schedule.sold-out"> {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly hasListener: boolean;

  /** @param hasListener whether a webhook is configured; without one nothing is stored, so a later one gets no old events */
  constructor(work: UnitOfWork, clock: Clock, hasListener: boolean) {
    this.work = work;
    this.clock = clock;
    this.hasListener = hasListener;
  }

  async execute(events: readonly EventOf<"schedule.sold-out">[]): Promise<void> {
    if (this.hasListener) await this.work.run((tx) => tx.webhooks.add(events, this.clock.now()));
  }
}
