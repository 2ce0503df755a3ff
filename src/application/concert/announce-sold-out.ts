import type { EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Notes sell-outs that the webhook is to tell. It calls nobody itself: a slow listener would hold up its group. */
export class AnnounceSoldOut implements Reaction<"schedule.sold-out"> {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly hasListener: boolean;

  /** @param hasListener without one nothing is noted, so that none is told of long ago when it comes */
  constructor(work: UnitOfWork, clock: Clock, hasListener: boolean) {
    this.work = work;
    this.clock = clock;
    this.hasListener = hasListener;
  }

  async execute(events: readonly EventOf<"schedule.sold-out">[]): Promise<void> {
    if (this.hasListener) await this.work.run((tx) => tx.webhooks.add(events, this.clock.now()));
  }
}
