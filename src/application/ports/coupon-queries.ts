import type { Coupon } from "../../domain/coupon.js";
import type { CouponId, UserCouponId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** A coupon and the number of its claims: `issued` from the coupon's counter, `pending` from the rows. */
export type CountedCoupon = { readonly coupon: Coupon; readonly pending: number; readonly issued: number };

/** A coupon that was issued to a shopper. */
export type UserCoupon = {
  readonly userCouponId: UserCouponId;
  readonly couponId: CouponId;
  readonly userId: UserId;
  readonly position: number;
  readonly status: "issued" | "used";
  readonly issuedAt: EpochMs;
};

/** The state that a coupon's store must have, according to the database. */
export type ExpectedStore = {
  readonly couponId: CouponId;
  readonly epoch: number;
  /** The greatest position of any claim; 0 if there is none. */
  readonly highestPosition: number;
  readonly pending: number;
  readonly issued: number;
};

/** Reads of coupons, outside any transaction. @throws DomainError `engine-unavailable` */
export interface CouponQueries {
  /** Returns the coupon's definition. It never changes, so the adapter may cache it. */
  find(couponId: CouponId): Promise<Coupon | undefined>;
  /** Returns the coupon with its counts. */
  counted(couponId: CouponId): Promise<CountedCoupon | undefined>;
  /** Returns a page of coupons, oldest first; `undefined` for a cursor that is not from this list. */
  list(cursor: string | null, limit: number): Promise<Page<CountedCoupon> | undefined>;
  /** Returns a page of a shopper's coupons; `undefined` for a cursor that is not from this list. */
  ofUser(userId: UserId, cursor: string | null, limit: number): Promise<Page<UserCoupon> | undefined>;
  /** Returns coupons that are not closed at `now`, by id, after `afterId`. */
  openAfter(afterId: CouponId | null, now: EpochMs, limit: number): Promise<readonly ExpectedStore[]>;
}
