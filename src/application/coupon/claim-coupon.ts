import type { Claim, PendingClaim } from "../../domain/coupon.js";
import type { CouponId, UserId } from "../../domain/ids.js";
import { DomainError, type Problem } from "../../domain/problem.js";
import { toInstant } from "../../domain/time.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueries } from "../ports/coupon-queries.js";
import type { Place } from "../ports/coupon-queue.js";
import type { AcceptClaim } from "./accept-claim.js";
import type { JoinQueue } from "./join-queue.js";

/** `accepted`: this very request made the claim (202); otherwise the claim stood before (200). */
export type ClaimAnswer = { readonly accepted: boolean; readonly claim: Claim };

/** A shopper claims a coupon: a place in the queue, then a committed row, then the answer. */
export class ClaimCoupon {
  private readonly coupons: CouponQueries;
  private readonly claims: ClaimQueries;
  private readonly queue: JoinQueue;
  private readonly accept: AcceptClaim;
  private readonly clock: Clock;

  constructor(coupons: CouponQueries, claims: ClaimQueries, queue: JoinQueue, accept: AcceptClaim, clock: Clock) {
    this.coupons = coupons;
    this.claims = claims;
    this.queue = queue;
    this.accept = accept;
    this.clock = clock;
  }

  /**
   * @throws DomainError `coupon-not-found`, `coupon-not-open`, `coupon-sold-out`; `claim-not-accepted` or
   * `engine-unavailable` where a retry may find the shopper's place kept.
   */
  async execute(couponId: CouponId, userId: UserId): Promise<ClaimAnswer> {
    const coupon = await this.coupons.find(couponId);
    if (coupon === undefined) throw new DomainError({ code: "coupon-not-found", couponId });
    const { opensAt, closesAt } = coupon;
    const now = this.clock.now();
    // Nobody can hold a live claim before the opening, so that rush costs no look.
    if (opensAt !== null && now < opensAt)
      throw new DomainError({ code: "coupon-not-open", cause: "scheduled", couponId, opensAt: toInstant(opensAt) });
    if (closesAt !== null && now >= closesAt) {
      const closed = { code: "coupon-not-open", cause: "closed", couponId, closesAt: toInstant(closesAt) } as const;
      return this.standing(couponId, userId, closed);
    }

    const place = await this.queue.execute(couponId, userId);
    if (place.kind === "admitted") return this.write(couponId, place);
    const [claim] = await this.claims.byTasks([place.taskId]);
    if (claim === undefined) return this.write(couponId, place);
    if (claim.status === "failed") return this.write(couponId, await this.queue.again(couponId, place));
    return { accepted: false, claim };
  }

  private async write(couponId: CouponId, place: Place): Promise<ClaimAnswer> {
    const { taskId, userId, position, epoch } = place;
    const claim: PendingClaim = { taskId, couponId, userId, position, status: "pending" };
    switch (await this.accept.execute(claim, epoch)) {
      case "inserted":
        return { accepted: true, claim };
      case "known": {
        const [stands] = await this.claims.byTasks([taskId]);
        return { accepted: false, claim: stands ?? claim };
      }
      case "refused":
        await this.queue.distrust(couponId, place);
        return this.standing(couponId, userId, { code: "claim-not-accepted", couponId });
    }
  }

  private async standing(couponId: CouponId, userId: UserId, otherwise: Problem): Promise<ClaimAnswer> {
    const claim = await this.claims.live(couponId, userId);
    if (claim === undefined) throw new DomainError(otherwise);
    return { accepted: false, claim };
  }
}
