import type { EventOf } from "../../domain/event.js";
import type { Reaction } from "../choreography.js";
import type { CancelOrders } from "./cancel-orders.js";

type Refusal = "stock.refused" | "coupon.redemption-refused";

/** Cancels orders whose stock or coupon was refused. */
export class CancelRefusedOrders implements Reaction<Refusal> {
  private readonly cancelOrders: CancelOrders;

  constructor(cancelOrders: CancelOrders) {
    this.cancelOrders = cancelOrders;
  }

  async execute(events: readonly EventOf<Refusal>[]): Promise<void> {
    const ofType = (type: Refusal) => events.filter((event) => event.type === type).map(({ data }) => data.orderId);
    const [outOfStock, notRedeemable] = [ofType("stock.refused"), ofType("coupon.redemption-refused")];
    if (outOfStock.length > 0) await this.cancelOrders.execute(outOfStock, "out-of-stock");
    if (notRedeemable.length > 0) await this.cancelOrders.execute(notRedeemable, "coupon-not-redeemable");
  }
}
