import type { OrderId, UserCouponId, UserId } from "../../domain/ids.js";
import { mergeItems, type Order, type OrderItem, place, sameOrder } from "../../domain/order.js";
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

/** Places an order at today's prices; stock, coupon and price are found by those who hear of it. */
export class PlaceOrder {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly ttlMs: number;

  /** @param ttlMs after this an order that is not paid ends */
  constructor(work: UnitOfWork, clock: Clock, ttlMs: number) {
    this.work = work;
    this.clock = clock;
    this.ttlMs = ttlMs;
  }

  /**
   * Answers the order, and whether it is new; the same shopper's same order again is not.
   * @throws DomainError `product-not-found`, `coupon-not-found`, `order-too-large`, `id-taken`
   */
  execute(request: OrderRequest): Promise<{ readonly placed: boolean; readonly order: Order }> {
    const items = mergeItems(request.items);
    return this.work.run(async (tx) => {
      // Looked for first: what stands is answered, whatever a new order would cost by now.
      const standing = await this.standing(tx, request, items);
      if (standing !== undefined) return { placed: false, order: standing };
      const { events, order } = await this.orderOf(tx, request, items);
      if (await tx.orders.add(order)) {
        await tx.outbox.add(events);
        return { placed: true, order };
      }
      const first = await this.standing(tx, request, items);
      if (first === undefined) throw new Error(`order ${request.orderId} is taken and gone`);
      return { placed: false, order: first };
    });
  }

  private async standing(
    tx: Transaction,
    { orderId, userId, userCouponId }: OrderRequest,
    items: readonly OrderItem[],
  ) {
    const [order] = await tx.orders.lock([orderId]);
    if (order !== undefined && (order.userId !== userId || !sameOrder(order, items, userCouponId)))
      throw new DomainError({ code: "id-taken", id: orderId });
    return order;
  }

  private async orderOf(tx: Transaction, request: OrderRequest, items: readonly OrderItem[]) {
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
