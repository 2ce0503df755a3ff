import type { CouponId, TaskId, UserId } from "../../domain/ids.js";

/** Where a shopper stands in a coupon's queue, under the epoch of the store that said so. */
export type Place = {
  readonly epoch: number;
  readonly userId: UserId;
  readonly taskId: TaskId;
  /** From 1, by order of arrival. */
  readonly position: number;
};

export type Join =
  | ({ readonly kind: "admitted" } & Place)
  /** A member already: the first place, with the task that it was given to. */
  | ({ readonly kind: "already-in" } & Place)
  | { readonly kind: "full" }
  /** No store, or one of an epoch before the one asked for: nothing is known, least of all that there is room. */
  | { readonly kind: "cold" };

/** A store's figures, read at one instant. */
export type QueueFigures = {
  readonly epoch: number;
  readonly quantity: number;
  /** The next position to hand out. */
  readonly next: number;
  readonly members: number;
  readonly taken: number;
};

/** A whole store as a rebuild reads it from the database; every member counts as taken. */
export type QueueImage = {
  readonly epoch: number;
  readonly quantity: number;
  readonly next: number;
  /** Pages of members, any order. */
  readonly members: AsyncIterable<readonly Omit<Place, "epoch">[]>;
};

/**
 * Admits shoppers first come, first served: one shopper once, never more members than the quantity.
 * The store may vanish or go back in time at any moment; then it is *cold* or found out by the database.
 * Every write is one atomic step that is safe to repeat. Unreachable: `DomainError` `engine-unavailable`.
 */
export interface CouponQueue {
  /** Joins under an epoch of at least `leastEpoch`. The same shopper and task again: the same answer, `admitted`. */
  join(couponId: CouponId, userId: UserId, taskId: TaskId, leastEpoch: number): Promise<Join>;
  /** Figures a coupon, in the order asked; `null` where the store is cold. */
  figures(couponIds: readonly CouponId[]): Promise<readonly (QueueFigures | null)[]>;
  /** Members by position, those after `position`, at most `limit`; `null` where the store is not of this epoch. */
  membersAfter(couponId: CouponId, epoch: number, position: number, limit: number): Promise<readonly Place[] | null>;
  /** Loads the image beside the store and swaps it in, unless one of the same or a later epoch stands there. */
  load(couponId: CouponId, image: QueueImage): Promise<void>;
  /** Forgets the store if it is of `epoch` or an earlier one; it is cold then. */
  drop(couponId: CouponId, epoch: number): Promise<void>;
}
