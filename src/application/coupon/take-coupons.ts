import { createEvent, type EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import type { EventBus } from "../ports/event-bus.js";
import { byCoupon } from "./by-coupon.js";

/** Takes a coupon from the stock for each requested claim and requests its settlement. It never refuses. */
export class TakeCoupons implements Reaction<"coupon.requested"> {
  private readonly stock: CouponStock;
  private readonly bus: EventBus;
  private readonly clock: Clock;

  constructor(stock: CouponStock, bus: EventBus, clock: Clock) {
    this.stock = stock;
    this.bus = bus;
    this.clock = clock;
  }

  async execute(events: readonly EventOf<"coupon.requested">[]): Promise<void> {
    const claims = events.map(({ data }) => data);
    for (const [couponId, holders] of byCoupon(claims)) await this.stock.take(couponId, holders);
    const now = this.clock.now();
    await this.bus.publish(claims.map((claim) => createEvent("coupon.reserved", claim, now)));
  }
}
