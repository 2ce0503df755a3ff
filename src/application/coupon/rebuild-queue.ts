import type { CouponId } from "../../domain/ids.js";
import { after } from "../../domain/time.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueries } from "../ports/coupon-queries.js";
import type { CouponQueue, Place } from "../ports/coupon-queue.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

const membersPerPage = 1000;
/** After this time without a sign of life from a rebuild, another node takes over, ms. */
const rebuildTermMs = 5000;

/**
 * Rebuilds a coupon's store from the database under a higher epoch. Once the epoch is raised, no row of an earlier one
 * can be inserted, so the claims that are read afterwards are complete.
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

  /** Returns the latest epoch of the coupon's store that this process has seen; 0 if it has seen none. */
  knownEpoch(couponId: CouponId): number {
    return this.epochs.get(couponId) ?? 0;
  }

  /** Whether this process rebuilds the coupon's store now. */
  isRunning(couponId: CouponId): boolean {
    return this.running.has(couponId);
  }

  /** Returns whether the store now has the database's epoch; `false` while another node rebuilds it. */
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
    // The epoch is read before the store: a rebuild in between raises it, and the guarded raise below then fails.
    const current = await this.work.run((tx) => tx.epochs.read(couponId, this.clock.now()));
    if (current === undefined || current.rebuilding) return false;
    const [store] = await this.queue.counts([couponId]);
    if (store?.epoch === current.epoch) {
      this.epochs.set(couponId, current.epoch);
      return true;
    }

    const epoch = Math.max(current.epoch, store?.epoch ?? 0) + 1;
    const raised = await this.work.run((tx) => tx.epochs.raise(couponId, current.epoch, epoch, this.term()));
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
      const page = await this.claims.liveAfter(couponId, position, membersPerPage);
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < membersPerPage) return;
      position = last.position;
      if (pages % 10 === 0) await this.work.run((tx) => tx.epochs.markRebuild(couponId, epoch, this.term()));
    }
  }

  private term() {
    return after(this.clock.now(), rebuildTermMs);
  }
}
