import type { PendingClaim } from "../../domain/coupon.js";
import type { CouponId } from "../../domain/ids.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { ClaimRows } from "../ports/claim-rows.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueries, StoreTruth } from "../ports/coupon-queries.js";
import type { CouponQueue, Place, QueueFigures } from "../ports/coupon-queue.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import type { RebuildQueue } from "./rebuild-queue.js";

const couponsAPage = 100;
const membersAPage = 500;

/** What the last sweep saw of a store, and up to which position every member's row is known to exist. */
type Sighting = { readonly figures: QueueFigures; readonly disagreed: boolean; readonly rowsUpTo: number };

/** The database's view of a quiet store; while shoppers rush, rows trail members by milliseconds. */
const agrees = (truth: StoreTruth, { epoch, next, members, taken }: QueueFigures): boolean =>
  epoch === truth.epoch &&
  next > truth.highestPosition &&
  members === truth.pending + truth.issued &&
  truth.issued <= taken &&
  taken <= members;

const unchanged = (a: QueueFigures, b: QueueFigures): boolean =>
  a.epoch === b.epoch && a.next === b.next && a.members === b.members && a.taken === b.taken;

/** What this use case reads and mends. */
export type Stores = {
  readonly coupons: CouponQueries;
  readonly claims: ClaimQueries;
  readonly rows: ClaimRows;
  readonly queue: CouponQueue;
  readonly stock: CouponStock;
};

/**
 * Holds every open coupon's store against the database. Members without a row get it (the process that admitted them
 * died, or gave up waiting); a store that disagrees in two sweeps, itself unchanged between them, is dropped.
 */
export class CompareStores {
  private readonly sightings = new Map<CouponId, Sighting>();
  private readonly stores: Stores;
  private readonly rebuild: RebuildQueue;
  private readonly clock: Clock;

  constructor(stores: Stores, rebuild: RebuildQueue, clock: Clock) {
    this.stores = stores;
    this.rebuild = rebuild;
    this.clock = clock;
  }

  /** Answers how many of the open coupons' stores were cold or dropped in this sweep. */
  async execute(): Promise<number> {
    const { coupons, queue } = this.stores;
    const now = this.clock.now();
    let cold = 0;
    let last: CouponId | null = null;
    do {
      const page: readonly StoreTruth[] = await coupons.openAfter(last, now, couponsAPage);
      const figures = await queue.figures(page.map(({ couponId }) => couponId));
      for (const [index, truth] of page.entries()) {
        const seen = figures[index];
        if (seen && (await this.keeps(truth, seen))) continue;
        cold += 1;
        await this.rebuild.execute(truth.couponId);
      }
      last = page.length < couponsAPage ? null : (page.at(-1)?.couponId ?? null);
    } while (last !== null);
    return cold;
  }

  private async keeps(truth: StoreTruth, figures: QueueFigures): Promise<boolean> {
    const { couponId } = truth;
    const before = this.sightings.get(couponId);
    const same = before?.figures.epoch === figures.epoch ? before : undefined;
    const disagreed = !agrees(truth, figures);
    let rowsUpTo = same?.rowsUpTo ?? 0;
    if (disagreed && same !== undefined) {
      const mended = await this.mend(couponId, figures.epoch, rowsUpTo, same.figures.next);
      rowsUpTo = same.figures.next - 1;
      if (mended === 0 && same.disagreed && unchanged(same.figures, figures)) {
        this.sightings.delete(couponId);
        await this.stores.queue.drop(couponId, figures.epoch);
        return false;
      }
    }
    this.sightings.set(couponId, { figures, disagreed, rowsUpTo });
    return true;
  }

  /** Sees to the members between two positions, admitted before the last sweep; answers how many needed it. */
  private async mend(couponId: CouponId, epoch: number, after: number, before: number): Promise<number> {
    const { queue, claims, rows, stock } = this.stores;
    let mended = 0;
    for (let position = after; ; ) {
      const page = await queue.membersAfter(couponId, epoch, position, membersAPage);
      const members = page?.filter((member) => member.position < before) ?? [];
      const known = new Map((await claims.byTasks(members.map(({ taskId }) => taskId))).map((c) => [c.taskId, c]));
      const failed = members.filter(({ taskId }) => known.get(taskId)?.status === "failed");
      if (failed.length > 0) await stock.giveBack(couponId, failed);
      const rowless = members.filter(({ taskId }) => !known.has(taskId));
      const inserts = await Promise.all(rowless.map((place) => rows.insert(pendingOf(couponId, place), epoch)));
      if (inserts.includes("refused")) await queue.drop(couponId, epoch);
      mended += failed.length + rowless.length;
      const last = members.at(-1);
      if (last === undefined || members.length < membersAPage) return mended;
      position = last.position;
    }
  }
}

const pendingOf = (couponId: CouponId, { taskId, userId, position }: Place): PendingClaim => ({
  taskId,
  couponId,
  userId,
  position,
  status: "pending",
});
