import type { EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
import type { EndOrders } from "./end-orders.js";

type Refusal = "stock.refused" | "coupon.redemption-refused";
const reasons = { "stock.refused": "out-of-stock", "coupon.redemption-refused": "coupon-not-redeemable" } as const;

/** Cancels orders whose stock or coupon was refused; what they hold is given back with it. */
export class CancelRefusedOrders implements Reaction<Refusal> {
  private readonly end: EndOrders;

  constructor(end: EndOrders) {
    this.end = end;
  }

  async execute(events: readonly EventOf<Refusal>[]): Promise<void> {
    for (const type of ["stock.refused", "coupon.redemption-refused"] as const) {
      const refused = events.filter((event) => event.type === type).map(({ data }) => data.orderId);
      if (refused.length > 0) await this.end.execute(refused, reasons[type]);
    }
  }
}
