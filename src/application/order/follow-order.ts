import type { OrderId, UserId } from "../../domain/ids.js";
import { hasEnded, type Order } from "../../domain/order.js";
import { type OrderView, orderAsOf } from "../../domain/order-view.js";
import { DomainError } from "../../domain/problem.js";
import type { OrderNotices } from "../ports/order-notices.js";
import type { OrderQueries } from "../ports/order-queries.js";

const readsAtOnce = 500;

/** One version of an order: how many timeline entries it has, and whether it is the last. */
export type OrderVersion = { readonly view: OrderView; readonly version: number; readonly last: boolean };
type Follower = (order: Order) => void;

/** Tells a follower an order as it stands, then its every change to the end, wherever the follower comes. */
export class FollowOrder {
  private readonly followers = new Map<OrderId, Set<Follower>>();
  private readonly orders: OrderQueries;
  private readonly notices: OrderNotices;

  constructor(orders: OrderQueries, notices: OrderNotices) {
    this.orders = orders;
    this.notices = notices;
  }

  /**
   * Tells every version after `seen`, or the present one where there is none after it or nothing was seen. The answer
   * ends the following.
   * @throws DomainError `order-not-found`, also where the order is another shopper's
   */
  async execute(
    orderId: OrderId,
    userId: UserId,
    seen: number | null,
    tell: (version: OrderVersion) => void,
  ): Promise<() => void> {
    let told: number | null = null;
    const hear: Follower = (order) => {
      const present = order.timeline.length;
      told ??= seen !== null && seen < present ? seen : present - 1;
      while (told < present) {
        told += 1;
        const last = told === present && hasEnded(order);
        if (last) leave();
        tell({ view: orderAsOf(order, told), version: told, last });
      }
    };
    const leave = this.listen(orderId, hear);
    try {
      // Subscribed first: a change that comes between this read and its answer is heard, not missed.
      const [order] = await this.orders.byIds([orderId]);
      if (order?.userId !== userId) throw new DomainError({ code: "order-not-found", orderId });
      hear(order);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Reads every followed order again, for notices that were lost. */
  async reread(): Promise<void> {
    const orderIds = [...this.followers.keys()];
    for (let from = 0; from < orderIds.length; from += readsAtOnce)
      await this.read(orderIds.slice(from, from + readsAtOnce));
  }

  private async read(orderIds: readonly OrderId[]): Promise<void> {
    for (const order of await this.orders.byIds(orderIds))
      for (const hear of [...(this.followers.get(order.orderId) ?? [])]) hear(order);
  }

  private listen(orderId: OrderId, hear: Follower): () => void {
    let hearers = this.followers.get(orderId);
    if (hearers === undefined) {
      hearers = new Set();
      this.followers.set(orderId, hearers);
    }
    hearers.add(hear);
    const unsubscribe = this.notices.subscribe(orderId, () => {
      this.read([orderId]).catch(() => {});
    });
    return () => {
      unsubscribe();
      hearers.delete(hear);
      if (hearers.size === 0 && this.followers.get(orderId) === hearers) this.followers.delete(orderId);
    };
  }
}
