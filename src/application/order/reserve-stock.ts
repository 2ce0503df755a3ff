import type { EventOf } from "../../domain/event.js";
import type { OrderId } from "../../domain/ids.js";
import { awaitsStock, reserve } from "../../domain/order.js";
import { allocate, movesOf } from "../../domain/product.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { saveSteps } from "./save-steps.js";

/** Reserves the stock of placed orders, a batch a transaction; each gets all of its lines or none. */
export class ReserveStock implements Reaction<"order.placed"> {
  private readonly work: UnitOfWork;
  private readonly notices: OrderNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: OrderNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  async execute(events: readonly EventOf<"order.placed">[]): Promise<void> {
    await this.advance(events.map(({ data }) => data.orderId));
  }

  /** Does what is still to do of these orders; whoever placed first is served first. */
  async advance(orderIds: readonly OrderId[]): Promise<void> {
    const changed = await this.work.run(async (tx) => {
      const orders = (await tx.orders.lock(orderIds)).filter(awaitsStock).sort((a, b) => a.placedAt - b.placedAt);
      const baskets = orders.map(({ lines }) => lines);
      const onHand = await tx.products.lock([...new Set(baskets.flat().map(({ productId }) => productId))]);
      const enough = allocate(baskets, onHand);
      const taken = movesOf(
        "reserve",
        baskets.filter((_, n) => enough[n]),
      );
      if (!(await tx.products.move(taken))) throw new Error("stock that was locked is missing");
      const now = this.clock.now();
      return saveSteps(
        tx,
        orders.map((order, n) => reserve(order, enough[n] === true, now)),
      );
    });
    this.notices.announce(changed);
  }
}
