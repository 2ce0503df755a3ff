import { createEvent, type EventOf } from "./event.js";
import type { CouponId, TaskId, UserCouponId, UserId } from "./ids.js";
import type { Money } from "./money.js";
import type { ClaimFailure } from "./reasons.js";
import type { EpochMs } from "./time.js";

export type Discount =
  | { readonly type: "fixed"; readonly value: Money }
  /** Whole percent, 1–100. */
  | { readonly type: "percent"; readonly value: number };

/** A coupon as an operator created it. It never changes, so a process may cache it. */
export type Coupon = {
  readonly couponId: CouponId;
  readonly name: string;
  readonly quantity: number;
  readonly discount: Discount;
  /** `null`: open from its creation. */
  readonly opensAt: EpochMs | null;
  /** `null`: never closes. */
  readonly closesAt: EpochMs | null;
};

export type CouponState = "scheduled" | "open" | "closed" | "sold-out";

/** Returns where `now` is relative to the coupon's window `[opensAt, closesAt)`. */
export const windowAt = (coupon: Coupon, now: EpochMs): "before" | "open" | "after" => {
  if (coupon.opensAt !== null && now < coupon.opensAt) return "before";
  return coupon.closesAt !== null && now >= coupon.closesAt ? "after" : "open";
};

/** Returns the state that the API shows; `remaining` = quantity − pending − issued claims. */
export const stateAt = (coupon: Coupon, remaining: number, now: EpochMs): CouponState => {
  switch (windowAt(coupon, now)) {
    case "before":
      return "scheduled";
    case "after":
      return "closed";
    case "open":
      return remaining > 0 ? "open" : "sold-out";
  }
};

/** Whether two requests with one id create the same coupon. */
export const sameCoupon = (a: Coupon, b: Coupon): boolean =>
  a.couponId === b.couponId &&
  a.name === b.name &&
  a.quantity === b.quantity &&
  a.discount.type === b.discount.type &&
  a.discount.value === b.discount.value &&
  a.opensAt === b.opensAt &&
  a.closesAt === b.closesAt;

type ClaimFacts = {
  readonly taskId: TaskId;
  readonly couponId: CouponId;
  readonly userId: UserId;
  /** Order of arrival, from 1. A position is given once, also if the claim fails. */
  readonly position: number;
};
export type PendingClaim = ClaimFacts & { readonly status: "pending" };
export type IssuedClaim = ClaimFacts & { readonly status: "issued"; readonly userCouponId: UserCouponId };
export type FailedClaim = ClaimFacts & { readonly status: "failed"; readonly reason: ClaimFailure };
export type SettledClaim = IssuedClaim | FailedClaim;
export type Claim = PendingClaim | SettledClaim;
/** A claim that holds a place. A failed claim has given its place back. */
export type LiveClaim = PendingClaim | IssuedClaim;

/** The state of a coupon while settlement holds its row locked. */
export type Settlement = {
  readonly quantity: number;
  readonly issued: number;
  /** Those of the claims' shoppers who already have the coupon. */
  readonly holders: ReadonlySet<UserId>;
  /** The number of pending claims outside this batch before each position that is greater than the quantity. */
  readonly unsettledBefore: ReadonlyMap<number, number>;
};

/** A pending claim and how often its settlement has failed while the database was available. */
export type Unsettled = { readonly claim: PendingClaim; readonly failures: number };

/** After this number of failures a claim fails with reason `internal`. */
const maxFailures = 3;

export type ClaimDecision =
  | { readonly kind: "issue" }
  | { readonly kind: "fail"; readonly reason: ClaimFailure }
  /** Claims with smaller positions are pending and would use up the quantity, so they are settled first (C5). */
  | { readonly kind: "wait" };

/**
 * Decides the result of each pending claim of one coupon, smallest position first, as far as the quantity reaches.
 * A position within the quantity never waits: fewer live claims than coupons precede it.
 */
export const settle = (
  unsettled: readonly Unsettled[],
  { quantity, issued, holders, unsettledBefore }: Settlement,
): ReadonlyMap<TaskId, ClaimDecision> => {
  const verdicts = new Map<TaskId, ClaimDecision>();
  let room = quantity - issued;
  for (const { claim, failures } of [...unsettled].sort((a, b) => a.claim.position - b.claim.position)) {
    if (failures >= maxFailures) verdicts.set(claim.taskId, { kind: "fail", reason: "internal" });
    else if (holders.has(claim.userId)) verdicts.set(claim.taskId, { kind: "fail", reason: "coupon-already-issued" });
    else if (room <= 0) verdicts.set(claim.taskId, { kind: "fail", reason: "coupon-sold-out" });
    else if ((unsettledBefore.get(claim.position) ?? 0) >= room) verdicts.set(claim.taskId, { kind: "wait" });
    else {
      verdicts.set(claim.taskId, { kind: "issue" });
      room -= 1;
    }
  }
  return verdicts;
};

/** The event of a settled claim; `retryCount` is how often settling it failed before. */
export const settledEvent = (
  claim: SettledClaim,
  retryCount: number,
  at: EpochMs,
): EventOf<"coupon.issued" | "coupon.failed"> =>
  claim.status === "issued"
    ? createEvent("coupon.issued", { ...claim, retryCount }, at)
    : createEvent("coupon.failed", { ...claim, retryCount }, at);
