import type { Discount } from "../../domain/coupon.js";
import type { OrderId, UserCouponId, UserId } from "../../domain/ids.js";

/** A coupon in a shopper's hands, as an order sees it. */
export type HeldCoupon = {
  readonly userCouponId: UserCouponId;
  readonly userId: UserId;
  /** The one order that it serves, if there is one (O4). */
  readonly orderId: OrderId | null;
  readonly discount: Discount;
};

/** A coupon, and the order that uses it. */
export type CouponUse = { readonly userCouponId: UserCouponId; readonly orderId: OrderId };

/** Shoppers' coupons inside a transaction. */
export interface UserCouponTable {
  /** Those that exist, in any order; not locked. */
  byIds(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]>;
  /** The same, their rows locked in id order. */
  lock(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]>;
  /** Gives each coupon to its order, guarded by being free. @throws Error where one is not */
  redeem(uses: readonly CouponUse[]): Promise<void>;
  /** Frees the coupons that serve these very orders, and no others. */
  giveBack(orderIds: readonly OrderId[]): Promise<void>;
}
