import type { PendingClaim } from "../../domain/coupon.js";
import { DomainError } from "../../domain/problem.js";
import { after, clockErrorMs } from "../../domain/time.js";
import { attemptBatch } from "../attempt-batch.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import { byCoupon } from "./by-coupon.js";
import type { SettleClaims } from "./settle-claims.js";

const claimsPerPage = 500;

/** Settles claims that the bus has not delivered in time: it does the work of both consumers itself. */
export class SweepClaims {
  private readonly claims: ClaimQueries;
  private readonly stock: CouponStock;
  private readonly settleClaims: SettleClaims;
  private readonly clock: Clock;
  private readonly maxAgeMs: number;

  /** @param maxAgeMs how long a claim may stay unsettled before the sweep settles it, ms */
  constructor(claims: ClaimQueries, stock: CouponStock, settleClaims: SettleClaims, clock: Clock, maxAgeMs: number) {
    this.claims = claims;
    this.stock = stock;
    this.settleClaims = settleClaims;
    this.clock = clock;
    this.maxAgeMs = maxAgeMs;
  }

  /** Settles every late claim once. A claim that fails or must wait is retried by the next sweep. */
  async execute(): Promise<void> {
    const now = this.clock.now();
    // A claim that is dated later has its date from a wrong clock, so its age is unknown.
    const recently = { from: after(now, -this.maxAgeMs), to: after(now, clockErrorMs) };
    const lockedCoupons = new Set<string>();
    let last: PendingClaim | null = null;
    do {
      const page: readonly PendingClaim[] = await this.claims.unsettled(recently, last, claimsPerPage);
      for (const [couponId, claims] of byCoupon(page)) await this.stock.take(couponId, claims);
      await attemptBatch(page, (claims) => this.settle(claims, lockedCoupons));
      last = page.length < claimsPerPage ? null : (page.at(-1) ?? null);
    } while (last !== null);
  }

  /** Settles claims except those of coupons that another transaction holds: each of them would fail by itself. */
  private async settle(claims: readonly PendingClaim[], lockedCoupons: Set<string>): Promise<void> {
    const open = claims.filter(({ couponId }) => !lockedCoupons.has(couponId));
    if (open.length === 0) return;
    try {
      await this.settleClaims.settle(open);
    } catch (error) {
      const { problem } = error instanceof DomainError ? error : { problem: null };
      if (problem?.code === "resource-busy" && problem.resource === "coupons" && problem.key !== null)
        lockedCoupons.add(problem.key);
      throw error;
    }
  }
}
