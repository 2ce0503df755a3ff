import type { Clock } from "../ports/clock.js";
import type { OrderQueries } from "../ports/order-queries.js";
import { processDue } from "../process-due.js";
import type { CancelOrders } from "./cancel-orders.js";

/** Cancels orders that are past their expiry without an open payment. */
export class ExpireOrders {
  private readonly orders: OrderQueries;
  private readonly cancelOrders: CancelOrders;
  private readonly clock: Clock;

  constructor(orders: OrderQueries, cancelOrders: CancelOrders, clock: Clock) {
    this.orders = orders;
    this.cancelOrders = cancelOrders;
    this.clock = clock;
  }

  /**
   * Returns how many orders it has cancelled.
   * @throws the first error of an order that failed, after all others were processed
   */
  execute(): Promise<number> {
    return processDue(
      (limit, skip) => this.orders.expired(this.clock.now(), limit, skip),
      (batch) => this.cancelOrders.execute(batch, "expired"),
    );
  }
}
