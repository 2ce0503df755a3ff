import {
  type ClaimDecision,
  type Coupon,
  type PendingClaim,
  type SettledClaim,
  settle,
  settledEvent,
  type Unsettled,
} from "../../domain/coupon.js";
import type { EventOf } from "../../domain/event.js";
import { type CouponId, type TaskId, userCouponOf } from "../../domain/ids.js";
import { isTransient } from "../../domain/problem.js";
import { taskOf } from "../../domain/task.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { TaskNotices } from "../ports/notices.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { byCoupon } from "./by-coupon.js";

type Due = { readonly couponId: CouponId; readonly taskId: TaskId };

/** Settles a batch of claims in one transaction: coupons, counter, claims and events. Then announces the results. */
export class SettleClaims implements Reaction<"coupon.reserved"> {
  private readonly work: UnitOfWork;
  private readonly notices: TaskNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: TaskNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  async execute(events: readonly EventOf<"coupon.reserved">[]): Promise<void> {
    await this.settle(events.map(({ data }) => data));
  }

  /** Settles those of the claims that are still pending. Counts the failure of a claim that fails alone. */
  async settle(due: readonly Due[]): Promise<void> {
    try {
      const settled = await this.work.run((tx) => this.settleIn(tx, due));
      this.notices.announce(settled.map(taskOf));
    } catch (error) {
      const [only] = due;
      if (due.length === 1 && only !== undefined && !isTransient(error))
        await this.work.run((tx) => tx.claims.countFailure([only.taskId]));
      throw error;
    }
  }

  private async settleIn(tx: Transaction, due: readonly Due[]): Promise<readonly SettledClaim[]> {
    const coupons = await tx.coupons.lock(byCoupon(due).map(([couponId]) => couponId));
    // A claim's status changes only under the coupon's lock, so what is pending here stays pending until the commit.
    const unsettled = await tx.claims.pending(due.map(({ taskId }) => taskId));
    const settled: SettledClaim[] = [];
    for (const { coupon, issued } of coupons) {
      const own = unsettled.filter(({ claim }) => claim.couponId === coupon.couponId);
      settled.push(...(await this.settleCoupon(tx, coupon, issued, own)));
    }
    const now = this.clock.now();
    await tx.claims.settle(settled, now);
    const failures = new Map(unsettled.map(({ claim, failures }) => [claim.taskId, failures]));
    await tx.outbox.add(settled.map((claim) => settledEvent(claim, failures.get(claim.taskId) ?? 0, now)));
    return settled;
  }

  private async settleCoupon(
    tx: Transaction,
    { couponId, quantity }: Coupon,
    issued: number,
    unsettled: readonly Unsettled[],
  ): Promise<readonly SettledClaim[]> {
    const claims = unsettled.map(({ claim }) => claim);
    const userIds = claims.map(({ userId }) => userId);
    const beyond = claims.map(({ position }) => position).filter((position) => position > quantity);
    const taskIds = claims.map(({ taskId }) => taskId);
    const verdicts = settle(unsettled, {
      quantity,
      issued,
      holders: await tx.claims.holders(couponId, userIds),
      unsettledBefore: await tx.claims.pendingBefore(couponId, beyond, taskIds),
    });
    const settled = claims.flatMap((claim) => settledBy(claim, verdicts.get(claim.taskId)));
    const count = settled.filter(({ status }) => status === "issued").length;
    if (count > 0 && !(await tx.coupons.countIssued(couponId, count)))
      throw new Error(`coupon ${couponId}: ${count} more would exceed its quantity`);
    return settled;
  }
}

/** Returns the settled claim, or nothing for a claim that must wait. A user coupon has the id of its claim's task. */
const settledBy = (claim: PendingClaim, verdict: ClaimDecision | undefined): readonly SettledClaim[] => {
  switch (verdict?.kind) {
    case "issue":
      return [{ ...claim, status: "issued", userCouponId: userCouponOf(claim.taskId) }];
    case "fail":
      return [{ ...claim, status: "failed", reason: verdict.reason }];
    case "wait":
    case undefined:
      return [];
  }
};
