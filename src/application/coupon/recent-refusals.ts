import type { Coupon } from "../../domain/coupon.js";
import type { CouponId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { EpochMs } from "../../domain/time.js";

/** How long a refusal may be repeated from memory, ms. A place that is given back is offered again after this time. */
const freshMs = 1000;
/** Shoppers that are remembered per coupon. Any other shopper is checked in the queue. */
const shoppersPerCoupon = 100_000;

type Refusals = {
  readonly since: EpochMs;
  /** The coupon's end: afterwards a claim is refused for another reason. */
  readonly closesAt: EpochMs | null;
  readonly shoppers: Set<UserId>;
  /** One error for all, because the stack trace is the most expensive part of a refusal. */
  readonly soldOut: DomainError;
};

/**
 * Remembers for one second which shoppers a full queue has refused. Only these shoppers are refused from memory: any
 * other may have a live claim, which takes precedence over *sold out*.
 */
export class RecentRefusals {
  private readonly coupons = new Map<CouponId, Refusals>();

  /** Returns the refusal of this shopper if it is less than a second old. */
  find(couponId: CouponId, userId: UserId, now: EpochMs): DomainError | undefined {
    const refusals = this.coupons.get(couponId);
    if (refusals === undefined) return undefined;
    if (isFresh(refusals, now)) return refusals.shoppers.has(userId) ? refusals.soldOut : undefined;
    this.coupons.delete(couponId);
    return undefined;
  }

  /** Records a refusal by the queue and returns its error. */
  add({ couponId, closesAt }: Coupon, userId: UserId, now: EpochMs): DomainError {
    let refusals = this.coupons.get(couponId);
    if (refusals === undefined || !isFresh(refusals, now)) {
      for (const [id, other] of this.coupons) if (!isFresh(other, now)) this.coupons.delete(id);
      const soldOut = new DomainError({ code: "coupon-sold-out", couponId });
      refusals = { since: now, closesAt, shoppers: new Set(), soldOut };
      this.coupons.set(couponId, refusals);
    }
    if (refusals.shoppers.size < shoppersPerCoupon) refusals.shoppers.add(userId);
    return refusals.soldOut;
  }

  /** Forgets the refusal of a shopper who has become a member. */
  remove(couponId: CouponId, userId: UserId): void {
    this.coupons.get(couponId)?.shoppers.delete(userId);
  }
}

const isFresh = ({ since, closesAt }: Refusals, now: EpochMs): boolean =>
  now >= since && now - since < freshMs && (closesAt === null || now < closesAt);
