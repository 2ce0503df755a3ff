import type { OrderId, UserCouponId, UserId } from "../../domain/ids.js";
import { type Order, place, sameOrder } from "../../domain/order.js";
import { mergeItems, type OrderItem } from "../../domain/order-items.js";
import { DomainError } from "../../domain/problem.js";
import { after } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

export type OrderRequest = {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly items: readonly OrderItem[];
  readonly userCouponId: UserCouponId | null;
};

/** Places an order at the current prices. The steps of the order flow then reserve, redeem and price. */
export class PlaceOrder {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly ttlMs: number;

  /** @param ttlMs time from placing an order to its expiry */
  constructor(work: UnitOfWork, clock: Clock, ttlMs: number) {
    this.work = work;
    this.clock = clock;
    this.ttlMs = ttlMs;
  }

  /**
   * Returns the order, and whether this call has placed it. A repeated request returns the order of the first.
   * @throws DomainError `product-not-found`, `coupon-not-found`, `order-too-large`; `id-taken` if another order has the id
   */
  execute(request: OrderRequest): Promise<{ readonly placed: boolean; readonly order: Order }> {
    const items = mergeItems(request.items);
    return this.work.run(async (tx) => {
      // Before anything is checked: a repeated request succeeds, even if the order is too large at the current prices.
      const existing = await tx.orders.find(request.orderId);
      if (existing !== undefined) return { placed: false, order: expectSame(existing, request, items) };
      const { events, order } = await this.newOrder(tx, request, items);
      if (await tx.orders.add(order)) {
        await tx.outbox.add(events);
        return { placed: true, order };
      }
      // A concurrent request was faster.
      const concurrent = await tx.orders.find(request.orderId);
      if (concurrent === undefined) throw new Error(`order ${request.orderId} is missing`);
      return { placed: false, order: expectSame(concurrent, request, items) };
    });
  }

  private async newOrder(tx: Transaction, request: OrderRequest, items: readonly OrderItem[]) {
    const { orderId, userId, userCouponId } = request;
    const products = await tx.products.byIds(items.map(({ productId }) => productId));
    const prices = new Map(products.map(({ productId, unitPrice }) => [productId, unitPrice]));
    const lines = items.map(({ productId, quantity }) => {
      const unitPrice = prices.get(productId);
      if (unitPrice === undefined) throw new DomainError({ code: "product-not-found", productId });
      return { productId, quantity, unitPrice };
    });
    if (userCouponId !== null) {
      const [coupon] = await tx.userCoupons.byIds([userCouponId]);
      if (coupon?.userId !== userId) throw new DomainError({ code: "coupon-not-found", userCouponId });
    }
    const now = this.clock.now();
    return place({ orderId, userId, lines, userCouponId, expiresAt: after(now, this.ttlMs) }, now);
  }
}

const expectSame = (order: Order, { userId, userCouponId }: OrderRequest, items: readonly OrderItem[]): Order => {
  if (order.userId !== userId || !sameOrder(order, items, userCouponId))
    throw new DomainError({ code: "id-taken", id: order.orderId });
  return order;
};
