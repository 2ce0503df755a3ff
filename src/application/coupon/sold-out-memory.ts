import type { CouponId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";

/** How long a refusal may be answered from memory: a place given back is offered again after this at the latest. */
const memoryMs = 1000;
/** Shoppers remembered a coupon; beyond that they cost a trip each. */
const mostShoppers = 100_000;

/**
 * Remembers, for a second, which shoppers a full queue has refused. A rush is the same people clicking again; only
 * they are answered from here, for a shopper not seen may hold a live claim, which comes before *sold out*.
 */
export class SoldOutMemory {
  private readonly refusals = new Map<CouponId, { readonly since: EpochMs; readonly shoppers: Set<UserId> }>();

  /** Whether this shopper was refused here within the second. */
  holds(couponId: CouponId, userId: UserId, now: EpochMs): boolean {
    const refusal = this.refusals.get(couponId);
    if (refusal === undefined) return false;
    if (now - refusal.since < memoryMs && now >= refusal.since) return refusal.shoppers.has(userId);
    this.refusals.delete(couponId);
    return false;
  }

  /** Notes a refusal that the queue has just spoken. */
  note(couponId: CouponId, userId: UserId, now: EpochMs): void {
    const refusal = this.refusals.get(couponId);
    if (refusal === undefined || now - refusal.since >= memoryMs)
      this.refusals.set(couponId, { since: now, shoppers: new Set([userId]) });
    else if (refusal.shoppers.size < mostShoppers) refusal.shoppers.add(userId);
  }
}
