import type { PendingClaim } from "../../domain/coupon.js";
import { createEvent } from "../../domain/event.js";
import type { ClaimRows, RowInsert } from "../ports/claim-rows.js";
import type { Clock } from "../ports/clock.js";
import type { EventBus } from "../ports/event-bus.js";

/** Makes a claim durable, then asks for its settlement. */
export class AcceptClaim {
  private readonly rows: ClaimRows;
  private readonly bus: EventBus;
  private readonly clock: Clock;

  constructor(rows: ClaimRows, bus: EventBus, clock: Clock) {
    this.rows = rows;
    this.bus = bus;
    this.clock = clock;
  }

  /** Answers what became of the row; only once it is committed may a 202 go out. */
  async execute(claim: PendingClaim, epoch: number): Promise<RowInsert> {
    const outcome = await this.rows.insert(claim, epoch);
    // Sent once and not waited for: a slow or dead bus delays the result, never the 202, for the sweeper settles
    // what the bus does not bring.
    if (outcome === "inserted")
      this.bus.publish([createEvent("coupon.requested", claim, this.clock.now())]).catch(() => {});
    return outcome;
  }
}
