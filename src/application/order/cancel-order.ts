import type { OrderId, UserId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { endLocked } from "./end-orders.js";

/** A shopper takes an order back. */
export class CancelOrder {
  private readonly work: UnitOfWork;
  private readonly notices: OrderNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: OrderNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  /**
   * Answers the cancelled order, and whether this cancelled it; one that was cancelled before stays as it was.
   * @throws DomainError `order-not-found`, also where it is another's; `order-not-cancellable` once it is confirmed,
   * or while a payment is open
   */
  async execute(orderId: OrderId, userId: UserId): Promise<{ readonly cancelled: boolean; readonly order: Order }> {
    const { ended, order } = await this.work.run(async (tx) => {
      const [before] = await tx.orders.lock([orderId]);
      if (before?.userId !== userId) throw new DomainError({ code: "order-not-found", orderId });
      const ended = await endLocked(tx, [before], "cancelled-by-shopper", this.clock.now());
      const [after = before] = ended.length === 0 ? [before] : await tx.orders.lock([orderId]);
      if (after.status === "awaiting-payment" && after.openPayment !== null) {
        const paymentId = after.openPayment;
        throw new DomainError({ code: "order-not-cancellable", cause: "payment-open", orderId, paymentId });
      }
      if (after.status !== "cancelled")
        throw new DomainError({ code: "order-not-cancellable", cause: "confirmed", orderId });
      return { ended, order: after };
    });
    this.notices.announce(ended);
    return { cancelled: ended.length > 0, order };
  }
}
