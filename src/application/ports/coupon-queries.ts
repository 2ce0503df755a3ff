import type { Coupon } from "../../domain/coupon.js";
import type { CouponId, UserCouponId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** A coupon with its claims counted: `issued` by the settled counter, `pending` by the rows. */
export type CouponStanding = { readonly coupon: Coupon; readonly pending: number; readonly issued: number };

/** A coupon in a shopper's hands. */
export type UserCoupon = {
  readonly userCouponId: UserCouponId;
  readonly couponId: CouponId;
  readonly userId: UserId;
  readonly position: number;
  readonly status: "issued" | "used";
  readonly issuedAt: EpochMs;
};

/** What the database says that a coupon's store must hold. */
export type StoreTruth = {
  readonly couponId: CouponId;
  readonly epoch: number;
  /** The greatest position of any claim; 0 where there is none. */
  readonly highestPosition: number;
  readonly pending: number;
  readonly issued: number;
};

/** Plain reads of coupons. Unreachable: `DomainError` `engine-unavailable`. */
export interface CouponQueries {
  /** The coupon's definition, which never changes: the adapter may answer from memory. */
  find(couponId: CouponId): Promise<Coupon | undefined>;
  standing(couponId: CouponId): Promise<CouponStanding | undefined>;
  /** A cursor that this list did not hand out: `undefined`. */
  list(cursor: string | null, limit: number): Promise<Page<CouponStanding> | undefined>;
  /** A shopper's coupons; a bad cursor: `undefined`. */
  ofUser(userId: UserId, cursor: string | null, limit: number): Promise<Page<UserCoupon> | undefined>;
  /** Coupons whose store the sweeper compares (not closed at `now`), by id, after `afterId`. */
  openAfter(afterId: CouponId | null, now: EpochMs, limit: number): Promise<readonly StoreTruth[]>;
}
