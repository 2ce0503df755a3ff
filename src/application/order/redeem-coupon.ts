import type { EventOf } from "../../domain/event.js";
import type { OrderId } from "../../domain/ids.js";
import { awaitsCoupon, redeem } from "../../domain/order.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { saveSteps } from "./save-steps.js";

/** Redeems the coupons of stocked orders, a batch a transaction; of two orders with one coupon, one gets it (O4). */
export class RedeemCoupon implements Reaction<"stock.reserved"> {
  private readonly work: UnitOfWork;
  private readonly notices: OrderNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: OrderNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  async execute(events: readonly EventOf<"stock.reserved">[]): Promise<void> {
    await this.advance(events.map(({ data }) => data.orderId));
  }

  /** Does what is still to do of these orders; one without a coupon is passed over. */
  async advance(orderIds: readonly OrderId[]): Promise<void> {
    const changed = await this.work.run(async (tx) => {
      const orders = (await tx.orders.lock(orderIds)).flatMap((order) => {
        const userCouponId = awaitsCoupon(order);
        return userCouponId === null ? [] : [{ order, userCouponId }];
      });
      if (orders.length === 0) return [];
      const held = await tx.userCoupons.lock(orders.map(({ userCouponId }) => userCouponId));
      const servesWhom = new Map(held.map(({ userCouponId, orderId }) => [userCouponId, orderId]));
      const now = this.clock.now();
      const uses: { readonly userCouponId: (typeof orders)[number]["userCouponId"]; readonly orderId: OrderId }[] = [];
      const steps = orders.map(({ order, userCouponId }) => {
        const { orderId } = order;
        const serves = servesWhom.get(userCouponId);
        if (serves === null) {
          servesWhom.set(userCouponId, orderId);
          uses.push({ userCouponId, orderId });
        }
        return redeem(order, serves === null || serves === orderId, now);
      });
      await tx.userCoupons.redeem(uses);
      return saveSteps(tx, steps);
    });
    this.notices.announce(changed);
  }
}
