import type { CouponId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { ClaimCounts, ClaimQueries } from "../ports/claim-queries.js";
import type { CouponQueries } from "../ports/coupon-queries.js";
import type { CouponQueue } from "../ports/coupon-queue.js";
import type { RebuildQueue } from "./rebuild-queue.js";

/** A coupon's counts in every store. `admitted` and `taken` count live claims. */
export type CouponAudit = {
  readonly quantity: number;
  readonly admitted: number;
  readonly taken: number;
  readonly issued: number;
  /** Positions that were given and given back. */
  readonly returned: number;
  /** quantity − pending − issued claims. */
  readonly remaining: number;
  /** Nothing is pending, and admitted = taken = issued in every store. */
  readonly balanced: boolean;
  readonly stores: {
    readonly queue: { readonly admitted: number; readonly returned: number };
    readonly stock: { readonly taken: number; readonly remaining: number };
    readonly database: ClaimCounts;
  };
};

/** Compares the counts of a coupon's stores. A cold store is rebuilt first. */
export class AuditCoupon {
  private readonly coupons: CouponQueries;
  private readonly claims: ClaimQueries;
  private readonly queue: CouponQueue;
  private readonly rebuild: RebuildQueue;

  constructor(coupons: CouponQueries, claims: ClaimQueries, queue: CouponQueue, rebuild: RebuildQueue) {
    this.coupons = coupons;
    this.claims = claims;
    this.queue = queue;
    this.rebuild = rebuild;
  }

  /** @throws DomainError `coupon-not-found`; `claim-not-accepted` while another node rebuilds the store. */
  async execute(couponId: CouponId): Promise<CouponAudit> {
    const coupon = await this.coupons.find(couponId);
    if (coupon === undefined) throw new DomainError({ code: "coupon-not-found", couponId });
    let [counts] = await this.queue.counts([couponId]);
    if (!counts && (await this.rebuild.execute(couponId))) [counts] = await this.queue.counts([couponId]);
    if (!counts) throw new DomainError({ code: "claim-not-accepted", couponId });

    const database = await this.claims.counts(couponId);
    const { quantity } = coupon;
    const { members: admitted, taken, next } = counts;
    const returned = next - 1 - admitted;
    const { pending, issued } = database;
    return {
      quantity,
      admitted,
      taken,
      issued,
      returned,
      remaining: quantity - pending - issued,
      balanced: pending === 0 && admitted === taken && taken === issued,
      stores: {
        queue: { admitted, returned },
        stock: { taken, remaining: quantity - taken },
        database,
      },
    };
  }
}
