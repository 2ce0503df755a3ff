import type { OrderId, UserId } from "../../domain/ids.js";
import { hasEnded, type Order } from "../../domain/order.js";
import { type OrderView, orderAsOf } from "../../domain/order-view.js";
import { DomainError } from "../../domain/problem.js";
import { Follow } from "../notices/follow.js";
import type { OrderNotices } from "../ports/notices.js";
import type { OrderQueries } from "../ports/order-queries.js";

/** One version of an order: its number (the length of its timeline), and whether it is the last one. */
export type OrderVersion = { readonly view: OrderView; readonly version: number; readonly last: boolean };

/** Sends a follower the current version of an order, then every later one. */
export class FollowOrder {
  private readonly orders: Follow<OrderId, Order>;

  constructor(orders: OrderQueries, notices: OrderNotices) {
    this.orders = new Follow({
      notices,
      read: async (orderIds) =>
        (await orders.byIds(orderIds)).map((order) => ({ key: order.orderId, userId: order.userId, state: order })),
      notFound: (orderId) => new DomainError({ code: "order-not-found", orderId }),
    });
  }

  /**
   * Passes every version after `seen` to `onVersion`: first those that exist, at least the current one, then each new
   * one. Returns the function that stops this.
   * @param seen the last version that the follower has; `null` if it has none
   * @throws DomainError `order-not-found`, also if the order is another shopper's
   */
  execute(
    orderId: OrderId,
    userId: UserId,
    seen: number | null,
    onVersion: (version: OrderVersion) => void,
  ): Promise<() => void> {
    let sent: number | null = null;
    return this.orders.start(orderId, userId, (order) => {
      const current = order.timeline.length;
      sent ??= seen !== null && seen < current ? seen : current - 1;
      while (sent < current) {
        sent += 1;
        onVersion({ view: orderAsOf(order, sent), version: sent, last: sent === current && hasEnded(order) });
      }
      return hasEnded(order);
    });
  }

  /** Reads every followed order again, because notices may be lost. */
  reread(): Promise<void> {
    return this.orders.reread();
  }
}
