import type { EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import { byCoupon } from "./by-coupon.js";

/** Gives the places of failed claims back, so that the next shoppers get them. */
export class ReturnPlaces implements Reaction<"coupon.failed"> {
  private readonly stock: CouponStock;

  constructor(stock: CouponStock) {
    this.stock = stock;
  }

  async execute(events: readonly EventOf<"coupon.failed">[]): Promise<void> {
    for (const [couponId, holders] of byCoupon(events.map(({ data }) => data)))
      await this.stock.giveBack(couponId, holders);
  }
}
