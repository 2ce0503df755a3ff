import type { CouponId } from "../../domain/ids.js";
import { after } from "../../domain/time.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueries } from "../ports/coupon-queries.js";
import type { CouponQueue, Place } from "../ports/coupon-queue.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

const pageSize = 1000;
/** How long a rebuild may go without a sign of life before another node takes over. */
const rebuildTermMs = 5000;

/**
 * Builds a coupon's queue anew from the database, under a raised epoch. Once the epoch is raised no row of an earlier
 * one can be inserted, so what is read after it is whole; claims that settle meanwhile are the sweeper's to compare.
 */
export class RebuildQueue {
  private readonly running = new Map<CouponId, Promise<boolean>>();
  private readonly epochs = new Map<CouponId, number>();
  private readonly work: UnitOfWork;
  private readonly coupons: CouponQueries;
  private readonly claims: ClaimQueries;
  private readonly queue: CouponQueue;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, coupons: CouponQueries, claims: ClaimQueries, queue: CouponQueue, clock: Clock) {
    this.work = work;
    this.coupons = coupons;
    this.claims = claims;
    this.queue = queue;
    this.clock = clock;
  }

  /** The greatest epoch of the coupon that this process has seen stand; 0 where it has seen none. */
  knownEpoch(couponId: CouponId): number {
    return this.epochs.get(couponId) ?? 0;
  }

  /** Answers whether the store stands under the database's epoch now; `false` while another node rebuilds it. */
  execute(couponId: CouponId): Promise<boolean> {
    let run = this.running.get(couponId);
    if (run === undefined) {
      run = this.rebuild(couponId).finally(() => this.running.delete(couponId));
      this.running.set(couponId, run);
    }
    return run;
  }

  private async rebuild(couponId: CouponId): Promise<boolean> {
    const coupon = await this.coupons.find(couponId);
    if (coupon === undefined) return false;
    // The epoch is read before the store: whoever rebuilds in between has raised it, and our own raise then fails.
    const seen = await this.work.run((tx) => tx.epochs.read(couponId, this.clock.now()));
    if (seen === undefined || seen.rebuilding) return false;
    const [figures] = await this.queue.figures([couponId]);
    if (figures?.epoch === seen.epoch) {
      this.epochs.set(couponId, seen.epoch);
      return true;
    }

    const epoch = Math.max(seen.epoch, figures?.epoch ?? 0) + 1;
    const raised = await this.work.run((tx) => tx.epochs.raise(couponId, seen.epoch, epoch, this.term()));
    if (!raised) return false;
    const next = (await this.claims.highestPosition(couponId)) + 1;
    await this.queue.load(couponId, {
      epoch,
      quantity: coupon.quantity,
      next,
      members: this.members(couponId, epoch),
    });
    await this.work.run((tx) => tx.epochs.markRebuild(couponId, epoch, this.clock.now()));
    this.epochs.set(couponId, epoch);
    return true;
  }

  private async *members(couponId: CouponId, epoch: number): AsyncGenerator<readonly Omit<Place, "epoch">[]> {
    let position = 0;
    for (let pages = 1; ; pages += 1) {
      const page = await this.claims.liveAfter(couponId, position, pageSize);
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      position = last.position;
      if (pages % 10 === 0) await this.work.run((tx) => tx.epochs.markRebuild(couponId, epoch, this.term()));
    }
  }

  private term() {
    return after(this.clock.now(), rebuildTermMs);
  }
}
