import { awaitsPrice, price } from "../../domain/order.js";
import { type Decide, OrderStep } from "./order-step.js";

/** Prices orders whose stock is reserved and whose coupon, if any, is redeemed. Then they can be paid. */
export class PriceOrder extends OrderStep<"stock.reserved" | "coupon.redeemed"> {
  protected override readonly decide: Decide = async (tx, orders, now) => {
    const ready = orders.filter(awaitsPrice);
    const couponIds = ready.flatMap(({ userCouponId }) => userCouponId ?? []);
    const coupons = couponIds.length === 0 ? [] : await tx.userCoupons.byIds(couponIds);
    const discounts = new Map(coupons.map(({ userCouponId, discount }) => [userCouponId, discount]));
    return ready.map((order) => {
      const discount = order.userCouponId === null ? undefined : discounts.get(order.userCouponId);
      return price(order, discount ?? null, now);
    });
  };
}
