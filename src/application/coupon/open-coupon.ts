import { type Coupon, sameCoupon } from "../../domain/coupon.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { RebuildQueue } from "./rebuild-queue.js";

/** Opens a coupon drop, once an id. */
export class OpenCoupon {
  private readonly work: UnitOfWork;
  private readonly rebuild: RebuildQueue;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, rebuild: RebuildQueue, clock: Clock) {
    this.work = work;
    this.rebuild = rebuild;
    this.clock = clock;
  }

  /**
   * Answers whether the coupon is new; the same coupon again is not.
   * @throws DomainError `id-taken` where another coupon has the id.
   */
  async execute(coupon: Coupon): Promise<{ readonly created: boolean }> {
    const created = await this.work.run(async (tx) => {
      if (await tx.coupons.add(coupon, this.clock.now())) return true;
      const standing = await tx.coupons.find(coupon.couponId);
      if (standing === undefined || !sameCoupon(standing, coupon))
        throw new DomainError({ code: "id-taken", id: coupon.couponId });
      return false;
    });
    // The drop exists from here on. Its store is built now so that the first shopper need not wait; should that fail,
    // whoever meets it cold builds it.
    if (created) await this.rebuild.execute(coupon.couponId).catch(() => false);
    return { created };
  }
}
