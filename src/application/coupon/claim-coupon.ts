import type { CouponId, UserId } from "../../domain/ids.js";
import { backendUnavailable, DomainError, type Problem } from "../../domain/problem.js";
import { toInstant } from "../../domain/time.js";
import { Gatherer } from "../gatherer.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueries } from "../ports/coupon-queries.js";
import type { Timers } from "../ports/timers.js";
import type { AdmitClaims } from "./admit-claims.js";
import type { ClaimRequest, ClaimResult } from "./insert-claims.js";

/** Requests end within two seconds, so a claim fails before. 200 is the most that one script admits. */
const bounds = { batchSize: 200, inFlight: 2, capacity: 10_000, timeoutMs: 1200 };

const causes = { full: "too many claims are waiting", timeout: `not committed within ${bounds.timeoutMs} ms` };

/**
 * Claims a coupon for a shopper. Concurrent claims of one coupon form a batch, which goes through the queue, into the
 * database and onto the bus together.
 */
export class ClaimCoupon {
  private readonly gatherer: Gatherer<CouponId, UserId, ClaimResult>;
  private readonly coupons: CouponQueries;
  private readonly claims: ClaimQueries;
  private readonly admit: AdmitClaims;
  private readonly clock: Clock;

  constructor(coupons: CouponQueries, claims: ClaimQueries, admit: AdmitClaims, clock: Clock, timers: Timers) {
    this.coupons = coupons;
    this.claims = claims;
    this.admit = admit;
    this.clock = clock;
    this.gatherer = new Gatherer({
      bounds,
      timers,
      work: (couponId, requests) => this.claim(couponId, requests),
      unavailable: (reason, couponId) => {
        const cause = new Error(causes[reason]);
        if (reason === "timeout" && admit.isRebuilding(couponId))
          return new DomainError({ code: "claim-not-accepted", couponId }, cause);
        return backendUnavailable("database", "slow", cause);
      },
    });
  }

  /**
   * Resolves once the claim's row is committed.
   * @throws DomainError `coupon-not-found`, `coupon-not-open`, `coupon-sold-out`; `claim-not-accepted` (the
   * store is being rebuilt) or `engine-unavailable` if the claim could not be stored: a retry finds the same place
   */
  execute(couponId: CouponId, userId: UserId): Promise<ClaimResult> {
    const refusal = this.admit.recentRefusal(couponId, userId);
    return refusal === undefined ? this.gatherer.add(couponId, userId) : Promise.reject(refusal);
  }

  /** Resolves when every claim that is in progress has been committed or has failed. */
  drain(): Promise<void> {
    return this.gatherer.drain();
  }

  private async claim(couponId: CouponId, requests: readonly ClaimRequest[]): Promise<void> {
    const coupon = await this.coupons.find(couponId);
    if (coupon === undefined) throw new DomainError({ code: "coupon-not-found", couponId });
    const { opensAt, closesAt } = coupon;
    const now = this.clock.now();
    // No claim can exist before the opening, so requests before it cost no query.
    if (opensAt !== null && now < opensAt)
      throw new DomainError({ code: "coupon-not-open", cause: "scheduled", couponId, opensAt: toInstant(opensAt) });
    if (closesAt === null || now < closesAt) return this.admit.execute(coupon, requests);
    const closed = { code: "coupon-not-open", cause: "closed", couponId, closesAt: toInstant(closesAt) } as const;
    await Promise.all(
      requests.map((request) => this.findExisting(couponId, request, closed).catch((error) => request.reject(error))),
    );
  }

  private async findExisting(couponId: CouponId, request: ClaimRequest, otherwise: Problem): Promise<void> {
    const claim = await this.claims.live(couponId, request.item);
    if (claim === undefined) request.reject(new DomainError(otherwise));
    else request.resolve({ accepted: false, claim });
  }
}
