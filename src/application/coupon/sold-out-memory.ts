import type { CouponId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { EpochMs } from "../../domain/time.js";

/** How long a refusal may be answered from memory: a place given back is offered again after this at the latest. */
const memoryMs = 1000;
/** Shoppers remembered a coupon; beyond that they cost a trip each. */
const mostShoppers = 100_000;

type Refusals = {
  readonly since: EpochMs;
  readonly shoppers: Set<UserId>;
  /** Made once for all: a rush throws it ten thousand times, and a stack trace is the dearest part of a refusal. */
  readonly soldOut: DomainError;
};

/**
 * Remembers, for a second, which shoppers a full queue has refused. A rush is the same people clicking again; only
 * they are answered from here, for a shopper not seen may hold a live claim, which comes before *sold out*.
 */
export class SoldOutMemory {
  private readonly coupons = new Map<CouponId, Refusals>();

  /** The refusal of this shopper within the second, if there was one. */
  recall(couponId: CouponId, userId: UserId, now: EpochMs): DomainError | undefined {
    const refusals = this.coupons.get(couponId);
    if (refusals === undefined) return undefined;
    if (isFresh(refusals, now)) return refusals.shoppers.has(userId) ? refusals.soldOut : undefined;
    this.coupons.delete(couponId);
    return undefined;
  }

  /** Notes a refusal that the queue has just spoken, and answers it. */
  note(couponId: CouponId, userId: UserId, now: EpochMs): DomainError {
    let refusals = this.coupons.get(couponId);
    if (refusals === undefined || !isFresh(refusals, now)) {
      refusals = { since: now, shoppers: new Set(), soldOut: new DomainError({ code: "coupon-sold-out", couponId }) };
      this.coupons.set(couponId, refusals);
    }
    if (refusals.shoppers.size < mostShoppers) refusals.shoppers.add(userId);
    return refusals.soldOut;
  }
}

const isFresh = ({ since }: Refusals, now: EpochMs): boolean => now >= since && now - since < memoryMs;
