import type { CouponId, TaskId, UserId } from "../../domain/ids.js";

/** A shopper's claim, as far as the stock is concerned. */
export type Holder = { readonly userId: UserId; readonly taskId: TaskId };

/**
 * Counts coupons taken, in the queue's own store: once a member, and only for the task that the member carries.
 * It never refuses: the queue has admitted no more than there are, and the database has the last word.
 * Unreachable: `DomainError` `engine-unavailable`.
 */
export interface CouponStock {
  /** Takes one for each; a task that is no member's is passed over. Repeating changes nothing. */
  take(couponId: CouponId, holders: readonly Holder[]): Promise<void>;
  /**
   * Gives places back: where the shopper's member still carries this failed task, the member and its take go.
   * Anyone may call it, any number of times; a member that joined again with another task stays.
   */
  giveBack(couponId: CouponId, holders: readonly Holder[]): Promise<void>;
}
