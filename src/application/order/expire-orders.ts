import { endDue } from "../end-due.js";
import type { Clock } from "../ports/clock.js";
import type { OrderQueries } from "../ports/order-queries.js";
import type { EndOrders } from "./end-orders.js";

/** Ends orders that were not paid in time, and those that never came so far. */
export class ExpireOrders {
  private readonly orders: OrderQueries;
  private readonly end: EndOrders;
  private readonly clock: Clock;

  constructor(orders: OrderQueries, end: EndOrders, clock: Clock) {
    this.orders = orders;
    this.end = end;
    this.clock = clock;
  }

  /** Answers how many ended. @throws the first error of one that could not end, once the others have */
  execute(): Promise<number> {
    return endDue(
      (limit) => this.orders.expired(this.clock.now(), limit),
      (slice) => this.end.execute(slice, "expired"),
    );
  }
}
