import { awaitsCoupon, redeem } from "../../domain/order.js";
import type { CouponUse } from "../ports/user-coupon-table.js";
import { type Decide, OrderStep } from "./order-step.js";

/** Redeems the coupons of stocked orders. If two orders name one coupon, one of them gets it (O4). */
export class RedeemCoupon extends OrderStep<"stock.reserved"> {
  protected override readonly decide: Decide = async (tx, orders, now) => {
    const stocked = orders.flatMap((order) => {
      const userCouponId = awaitsCoupon(order);
      return userCouponId === null ? [] : [{ order, userCouponId }];
    });
    if (stocked.length === 0) return [];
    const coupons = await tx.userCoupons.lock(stocked.map(({ userCouponId }) => userCouponId));
    const orderOfCoupon = new Map(coupons.map(({ userCouponId, orderId }) => [userCouponId, orderId]));
    const uses: CouponUse[] = [];
    const changes = stocked.map(({ order, userCouponId }) => {
      const { orderId } = order;
      if (orderOfCoupon.get(userCouponId) === null) {
        orderOfCoupon.set(userCouponId, orderId);
        uses.push({ userCouponId, orderId });
      }
      return redeem(order, orderOfCoupon.get(userCouponId) === orderId, now);
    });
    await tx.userCoupons.redeem(uses);
    return changes;
  };
}
