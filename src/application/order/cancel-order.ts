import type { OrderId, UserId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { cancelLocked } from "./cancel-orders.js";
import { saveChanges } from "./order-step.js";

/** Cancels an order on behalf of its shopper. */
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
   * Returns the cancelled order, and whether this call has cancelled it.
   * @throws DomainError `order-not-found`, also if the order is another shopper's; `order-not-cancellable` if it is
   * confirmed or has an open payment
   */
  async execute(orderId: OrderId, userId: UserId): Promise<{ readonly cancelled: boolean; readonly order: Order }> {
    const result = await this.work.run(async (tx) => {
      const [order] = await tx.orders.lock([orderId]);
      if (order?.userId !== userId) throw new DomainError({ code: "order-not-found", orderId });
      const changes = await cancelLocked(tx, [order], "cancelled-by-shopper", this.clock.now());
      const cancelled = await saveChanges(tx, changes);
      return { cancelled, order: changes[0]?.order ?? order };
    });
    this.notices.announce(result.cancelled);
    return { cancelled: result.cancelled.length > 0, order: expectCancelled(result.order) };
  }
}

const expectCancelled = (order: Order): Order => {
  const { orderId } = order;
  if (order.status === "cancelled") return order;
  if (order.status === "awaiting-payment" && order.openPayment !== null)
    throw new DomainError({
      code: "order-not-cancellable",
      cause: "payment-open",
      orderId,
      paymentId: order.openPayment,
    });
  throw new DomainError({ code: "order-not-cancellable", cause: "confirmed", orderId });
};
