import type { Discount } from "../../domain/coupon.js";
import type { OrderId, UserCouponId, UserId } from "../../domain/ids.js";

/** A user coupon as an order needs it. */
export type HeldCoupon = {
  readonly userCouponId: UserCouponId;
  readonly userId: UserId;
  /** The order that uses it. A coupon serves one live order (O4). */
  readonly orderId: OrderId | null;
  readonly discount: Discount;
};

/** A user coupon and the order that uses it. */
export type CouponUse = { readonly userCouponId: UserCouponId; readonly orderId: OrderId };

/** User coupons inside a transaction. */
export interface UserCouponTable {
  /** Reads the user coupons that exist, in any order, without a lock. */
  byIds(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]>;
  /** As `byIds`, but locks the rows in id order. */
  lock(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]>;
  /** Redeems each coupon for its order. @throws Error if an order already uses one of them */
  redeem(uses: readonly CouponUse[]): Promise<void>;
  /** Gives back the coupons that these orders use. */
  giveBack(orderIds: readonly OrderId[]): Promise<void>;
}
