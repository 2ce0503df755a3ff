import type { CouponId } from "../../domain/ids.js";
import type { Entrant } from "./coupon-queue.js";

/**
 * Counts taken coupons in the queue's store: once per member, and only for the task that the member carries.
 * It never refuses, because the queue admits no more members than there are coupons and the database decides last.
 * @throws DomainError `engine-unavailable`
 */
export interface CouponStock {
  /** Takes one coupon per holder; skips a task that no member carries. Repeating has no effect. */
  take(couponId: CouponId, holders: readonly Entrant[]): Promise<void>;
  /**
   * Gives places back: removes each shopper's member and its take if the member still carries this failed task.
   * Any process may call it, any number of times. A member that joined again with another task stays.
   */
  giveBack(couponId: CouponId, holders: readonly Entrant[]): Promise<void>;
}
