import type { PendingClaim } from "../../domain/coupon.js";
import { after } from "../../domain/time.js";
import { attemptSlice } from "../attempt-slice.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import { byCoupon } from "./by-coupon.js";
import type { IssueCoupon } from "./issue-coupon.js";

const sliceSize = 500;

/** Settles claims that the bus has not brought in time, doing the work of both its consumers itself. */
export class SweepClaims {
  private readonly claims: ClaimQueries;
  private readonly stock: CouponStock;
  private readonly issue: IssueCoupon;
  private readonly clock: Clock;
  private readonly patienceMs: number;

  /** @param patienceMs how long a claim may stay unsettled before it is taken up here */
  constructor(claims: ClaimQueries, stock: CouponStock, issue: IssueCoupon, clock: Clock, patienceMs: number) {
    this.claims = claims;
    this.stock = stock;
    this.issue = issue;
    this.clock = clock;
    this.patienceMs = patienceMs;
  }

  /** Takes up every late claim once; one that fails or must wait is met again by the next sweep. */
  async execute(): Promise<void> {
    const before = after(this.clock.now(), -this.patienceMs);
    let last: PendingClaim | null = null;
    do {
      const page: readonly PendingClaim[] = await this.claims.unsettled(before, last, sliceSize);
      for (const [couponId, claims] of byCoupon(page)) await this.stock.take(couponId, claims);
      await attemptSlice(page, (claims) => this.issue.settle(claims));
      last = page.length < sliceSize ? null : (page.at(-1) ?? null);
    } while (last !== null);
  }
}
