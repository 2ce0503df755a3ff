import type { OrderId } from "../../domain/ids.js";
import { attemptSlice, type Failure } from "../attempt-slice.js";
import type { Clock } from "../ports/clock.js";
import type { OrderQueries } from "../ports/order-queries.js";
import type { EndOrders } from "./end-orders.js";

const sliceSize = 500;

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
  async execute(): Promise<number> {
    let total = 0;
    const failures: Failure<OrderId>[] = [];
    for (;;) {
      const orderIds = await this.orders.expired(this.clock.now(), sliceSize);
      let ended = 0;
      const failed = await attemptSlice(orderIds, async (slice) => {
        ended += await this.end.execute(slice, "expired");
      });
      failures.push(...failed);
      total += ended;
      if (orderIds.length < sliceSize || ended === 0) break;
    }
    if (failures[0] !== undefined) throw failures[0].error;
    return total;
  }
}
