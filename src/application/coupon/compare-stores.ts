import type { CouponId } from "../../domain/ids.js";
import { attemptEach, type FailedItem, throwFirst } from "../attempt-batch.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { ClaimRows } from "../ports/claim-rows.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueries, ExpectedStore } from "../ports/coupon-queries.js";
import type { CouponQueue, QueueCounts } from "../ports/coupon-queue.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import { pendingClaim } from "./insert-claims.js";
import type { RebuildQueue } from "./rebuild-queue.js";

const couponsPerPage = 100;
const membersPerPage = 500;

/** What the last sweep saw of a store, and the position up to which every member's row is known to exist. */
type LastSweep = { readonly counts: QueueCounts; readonly disagreed: boolean; readonly rowsUpTo: number };

/** Compares a store with the database. It may differ during a rush, when rows follow members by milliseconds. */
const agrees = (expected: ExpectedStore, { epoch, next, members, taken }: QueueCounts): boolean =>
  epoch === expected.epoch &&
  next > expected.highestPosition &&
  members === expected.pending + expected.issued &&
  expected.issued <= taken &&
  taken <= members;

const unchanged = (a: QueueCounts, b: QueueCounts): boolean =>
  a.epoch === b.epoch && a.next === b.next && a.members === b.members && a.taken === b.taken;

/** The stores that are compared and repaired. */
export type ComparedStores = {
  readonly coupons: CouponQueries;
  readonly claims: ClaimQueries;
  readonly rows: ClaimRows;
  readonly queue: CouponQueue;
  readonly stock: CouponStock;
};

/**
 * Compares every open coupon's store with the database. Inserts the rows of members that have none (the process that
 * admitted them died or timed out). Drops a store that disagrees in two sweeps and has not changed between them.
 */
export class CompareStores {
  private readonly lastSweeps = new Map<CouponId, LastSweep>();
  private readonly stores: ComparedStores;
  private readonly rebuild: RebuildQueue;
  private readonly clock: Clock;

  constructor(stores: ComparedStores, rebuild: RebuildQueue, clock: Clock) {
    this.stores = stores;
    this.rebuild = rebuild;
    this.clock = clock;
  }

  /**
   * Returns the number of open coupons whose store was cold or dropped in this sweep.
   * @throws the first error of a coupon that failed, after all others were compared
   */
  async execute(): Promise<number> {
    const { coupons, queue } = this.stores;
    const now = this.clock.now();
    let cold = 0;
    const failures: FailedItem<unknown>[] = [];
    let last: CouponId | null = null;
    do {
      const page: readonly ExpectedStore[] = await coupons.openAfter(last, now, couponsPerPage);
      const counts = await queue.counts(page.map(({ couponId }) => couponId));
      const failed = await attemptEach([...page.entries()], async ([index, expected]) => {
        const store = counts[index];
        if (store && (await this.keep(expected, store))) return;
        cold += 1;
        await this.rebuild.execute(expected.couponId);
      });
      failures.push(...failed);
      last = page.length < couponsPerPage ? null : (page.at(-1)?.couponId ?? null);
    } while (last !== null);
    throwFirst(failures);
    return cold;
  }

  /** Returns `false` if the store was dropped. */
  private async keep(expected: ExpectedStore, counts: QueueCounts): Promise<boolean> {
    const { couponId } = expected;
    const last = this.lastSweeps.get(couponId);
    const same = last?.counts.epoch === counts.epoch ? last : undefined;
    const disagreed = !agrees(expected, counts);
    let rowsUpTo = same?.rowsUpTo ?? 0;
    if (disagreed && same !== undefined) {
      const repaired = await this.repairMembers(couponId, counts.epoch, rowsUpTo, same.counts.next);
      rowsUpTo = same.counts.next - 1;
      if (repaired === 0 && same.disagreed && unchanged(same.counts, counts)) {
        this.lastSweeps.delete(couponId);
        await this.stores.queue.drop(couponId, counts.epoch);
        return false;
      }
    }
    this.lastSweeps.set(couponId, { counts, disagreed, rowsUpTo });
    return true;
  }

  /** Repairs members after one position and before another, admitted before the last sweep; returns how many. */
  private async repairMembers(couponId: CouponId, epoch: number, after: number, before: number): Promise<number> {
    const { queue, claims, rows, stock } = this.stores;
    let repaired = 0;
    for (let position = after; ; ) {
      const page = await queue.membersAfter(couponId, epoch, position, membersPerPage);
      const members = page?.filter((member) => member.position < before) ?? [];
      const known = new Map((await claims.byTasks(members.map(({ taskId }) => taskId))).map((c) => [c.taskId, c]));
      const failed = members.filter(({ taskId }) => known.get(taskId)?.status === "failed");
      if (failed.length > 0) await stock.giveBack(couponId, failed);
      const withoutRow = members.filter(({ taskId }) => !known.has(taskId));
      const outcomes = await rows.insert(withoutRow.map((place) => ({ claim: pendingClaim(couponId, place), epoch })));
      if (outcomes.includes("refused")) await queue.drop(couponId, epoch);
      repaired += failed.length + withoutRow.length;
      const last = members.at(-1);
      if (last === undefined || members.length < membersPerPage) return repaired;
      position = last.position;
    }
  }
}
