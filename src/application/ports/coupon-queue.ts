import type { CouponId, TaskId, UserId } from "../../domain/ids.js";

/** A shopper who wants a place, with the task that a new place would carry. */
export type Entrant = { readonly userId: UserId; readonly taskId: TaskId };

/** A member's place in a coupon's queue, and the epoch of the store that reported it. */
export type Place = Entrant & {
  readonly epoch: number;
  /** From 1, in order of arrival. */
  readonly position: number;
};

export type Join =
  | ({ readonly kind: "admitted" } & Place)
  /** The shopper is a member already: the existing place, with the task that it carries. */
  | ({ readonly kind: "already-in" } & Place)
  | { readonly kind: "full" }
  /** The store is missing, incomplete, or of an epoch below the lowest acceptable one. */
  | { readonly kind: "cold" };

/** Counts of a store, read at one instant. */
export type QueueCounts = {
  readonly epoch: number;
  readonly quantity: number;
  /** The next position. */
  readonly next: number;
  readonly members: number;
  readonly taken: number;
};

/** A whole store as a rebuild reads it from the database. Every member counts as taken. */
export type QueueImage = {
  readonly epoch: number;
  readonly quantity: number;
  readonly next: number;
  /** Pages of members, in any order. */
  readonly members: AsyncIterable<readonly Omit<Place, "epoch">[]>;
};

/**
 * Admits shoppers first come, first served: each shopper once, never more members than the quantity.
 * The store may vanish or be rewound at any moment. It is then cold, or the database contradicts it.
 * Every write is one atomic step that may be repeated. @throws DomainError `engine-unavailable`
 */
export interface CouponQueue {
  /**
   * Admits the entrants in their order, if the store's epoch is at least `leastEpoch`. Returns one `Join` per entrant,
   * in the same order. Repeating a shopper with the same task returns `admitted` with the same place.
   */
  join(couponId: CouponId, entrants: readonly Entrant[], leastEpoch: number): Promise<readonly Join[]>;
  /** Returns the counts of each coupon's store, in the given order; `null` for a cold store. */
  counts(couponIds: readonly CouponId[]): Promise<readonly (QueueCounts | null)[]>;
  /** Returns at most `limit` members after `position`, by position; `null` if the store has another epoch. */
  membersAfter(couponId: CouponId, epoch: number, position: number, limit: number): Promise<readonly Place[] | null>;
  /** Loads the image next to the store and renames it into place, unless a store of its epoch or a later one exists. */
  load(couponId: CouponId, image: QueueImage): Promise<void>;
  /** Deletes the store if its epoch is `epoch` or lower. A deleted store is cold. */
  drop(couponId: CouponId, epoch: number): Promise<void>;
}
