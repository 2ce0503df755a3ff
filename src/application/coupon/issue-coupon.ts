import { type PendingClaim, type SettledClaim, settle, settledEvent, type Verdict } from "../../domain/coupon.js";
import type { EventOf } from "../../domain/event.js";
import { type CouponId, type TaskId, userCouponOf } from "../../domain/ids.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import { taskOf } from "../../domain/task.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { TaskNotices } from "../ports/notices.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { byCoupon } from "./by-coupon.js";

type Due = { readonly couponId: CouponId; readonly taskId: TaskId };

/** Settles claims, a batch a transaction: coupons, counter, claims and events together, then the announcement. */
export class IssueCoupon implements Reaction<"coupon.reserved"> {
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

  /** Settles what of these is still pending; a claim that fails alone is counted, and given up after three times. */
  async settle(due: readonly Due[]): Promise<void> {
    try {
      const settled = await this.work.run((tx) => this.settleIn(tx, due));
      this.notices.announce(settled.map(taskOf));
    } catch (error) {
      const [only] = due;
      if (due.length === 1 && only !== undefined && !isBackendUnavailable(error))
        await this.work.run((tx) => tx.claims.countFailure([only.taskId]));
      throw error;
    }
  }

  private async settleIn(tx: Transaction, due: readonly Due[]): Promise<readonly SettledClaim[]> {
    const coupons = await tx.coupons.lock(byCoupon(due).map(([couponId]) => couponId));
    // Only now: a status changes under the coupon's lock alone, so what is pending here stays so until the commit.
    const unsettled = await tx.claims.pending(due.map(({ taskId }) => taskId));
    const ends: SettledClaim[] = [];
    for (const { coupon, issued } of coupons) {
      const { couponId, quantity } = coupon;
      const mine = unsettled.filter(({ claim }) => claim.couponId === couponId);
      const claims = mine.map(({ claim }) => claim);
      const beyond = claims.map(({ position }) => position).filter((position) => position > quantity);
      const verdicts = settle(mine, {
        quantity,
        issued,
        holders: await tx.claims.holders(
          couponId,
          claims.map(({ userId }) => userId),
        ),
        unsettledBefore: await tx.claims.pendingBefore(
          couponId,
          beyond,
          claims.map(({ taskId }) => taskId),
        ),
      });
      const settled = claims.flatMap((claim) => endOf(claim, verdicts.get(claim.taskId)));
      const count = settled.filter(({ status }) => status === "issued").length;
      if (count > 0 && !(await tx.coupons.countIssued(couponId, count)))
        throw new Error(`coupon ${couponId}: ${count} more would pass its quantity`);
      ends.push(...settled);
    }
    const now = this.clock.now();
    await tx.claims.settle(ends, now);
    const failures = new Map(unsettled.map(({ claim, failures }) => [claim.taskId, failures]));
    await tx.outbox.add(ends.map((claim) => settledEvent(claim, failures.get(claim.taskId) ?? 0, now)));
    return ends;
  }
}

/** The end that a verdict brings; a claim that must wait has none yet. A coupon bears its claim's task's id. */
const endOf = (claim: PendingClaim, verdict: Verdict | undefined): SettledClaim[] => {
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
