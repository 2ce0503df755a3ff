import type { Operator } from "../../domain/admin-log.js";
import { type Coupon, sameCoupon, windowAt } from "../../domain/coupon.js";
import { DomainError } from "../../domain/problem.js";
import { type EpochMs, toInstant } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { RebuildQueue } from "./rebuild-queue.js";

/** Creates a coupon. Repeating the same request has no effect. */
export class CreateCoupon {
  private readonly work: UnitOfWork;
  private readonly rebuild: RebuildQueue;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, rebuild: RebuildQueue, clock: Clock) {
    this.work = work;
    this.rebuild = rebuild;
    this.clock = clock;
  }

  /**
   * Returns whether the coupon is new.
   * @throws DomainError `closes-in-past` if a new coupon is closed already; `id-taken` if another coupon has the id
   */
  async execute(coupon: Coupon, operator: Operator): Promise<{ readonly created: boolean }> {
    const created = await this.work.run(async (tx) => {
      const now = this.clock.now();
      if (windowAt(coupon, now) === "after") return this.repeatClosed(tx, coupon, now);
      if (await tx.coupons.add(coupon, now)) {
        await tx.adminLog.add(operator, "coupon.created", coupon.couponId, now);
        return true;
      }
      const existing = await tx.coupons.find(coupon.couponId);
      if (existing === undefined || !sameCoupon(existing, coupon))
        throw new DomainError({ code: "id-taken", id: coupon.couponId });
      return false;
    });
    // The store is built now so that the first shopper does not wait. If that fails, the first claim builds it.
    if (created) await this.rebuild.execute(coupon.couponId).catch(() => false);
    return { created };
  }

  /** A coupon that has closed since it was created is still returned to a repeated request. */
  private async repeatClosed(tx: Transaction, coupon: Coupon, now: EpochMs): Promise<false> {
    const existing = await tx.coupons.find(coupon.couponId);
    if (existing !== undefined && sameCoupon(existing, coupon)) return false;
    const closesAt = toInstant(coupon.closesAt as EpochMs);
    throw new DomainError({ code: "closes-in-past", closesAt, now: toInstant(now) });
  }
}
