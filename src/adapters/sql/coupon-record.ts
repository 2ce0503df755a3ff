import type { Coupon, Discount } from "../../domain/coupon.js";
import type { CouponId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";

/** A row of `coupons`. */
export type CouponRecord = {
  readonly coupon_id: CouponId;
  readonly name: string;
  readonly quantity: number;
  readonly discount_type: Discount["type"];
  readonly discount_value: number;
  readonly opens_at: EpochMs | null;
  readonly closes_at: EpochMs | null;
  readonly issued: number;
  readonly created_at: EpochMs;
};

export const couponOf = (row: CouponRecord): Coupon => ({
  couponId: row.coupon_id,
  name: row.name,
  quantity: row.quantity,
  discount: { type: row.discount_type, value: row.discount_value } as Discount,
  opensAt: row.opens_at,
  closesAt: row.closes_at,
});
