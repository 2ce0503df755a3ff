import { expect } from "vitest";
import { SqlClaimQueries } from "../../src/adapters/sql/sql-claim-queries.js";
import type { ClaimQueries } from "../../src/application/ports/claim-queries.js";
import type { CouponId, UserId } from "../../src/domain/ids.js";
import type { EpochMs } from "../../src/domain/time.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import {
  claim,
  claimsOf,
  coupon,
  couponId,
  insertClaims,
  noon,
  openCoupons,
  taskId,
  userId,
} from "../support/coupon-data.js";

const a = couponId("a");
const issued = { status: "issued", settled_at: noon };
const failed = { status: "failed", live: null, reason: "coupon-sold-out", settled_at: noon };
const later = (ms: number) => (noon + ms) as EpochMs;

const clauses: Clauses<ClaimQueries> = {
  "reads claims by task": async (queries, { db }) => {
    await insertClaims(db, [claim("a", 1)]);
    await insertClaims(db, [claim("a", 2)], issued);
    await insertClaims(db, [claim("a", 3)], failed);
    const ids = [1, 2, 3, 4].map((position) => claim("a", position).taskId);
    const found = [...(await queries.byTasks(ids))].sort((x, y) => x.position - y.position);
    expect(found).toEqual([
      claim("a", 1),
      { ...claim("a", 2), status: "issued", userCouponId: claim("a", 2).taskId },
      { ...claim("a", 3), status: "failed", reason: "coupon-sold-out" },
    ]);
    expect(await queries.byTasks([])).toEqual([]);
  },

  "returns the shopper's live claim before failed ones": async (queries, { db }) => {
    const mine = (task: string, position: number) =>
      claim("a", position, { taskId: taskId(task), userId: userId("me") });
    await insertClaims(db, [mine("first", 2), mine("third", 9)], failed);
    expect(await queries.live(a, userId("me"))).toBeUndefined();
    expect((await queries.latest(a, userId("me")))?.taskId).toBe("third");
    await insertClaims(db, [mine("second", 5)]);
    expect(await queries.live(a, userId("me"))).toEqual(mine("second", 5));
    expect((await queries.latest(a, userId("me")))?.taskId).toBe("second");
    expect(await queries.latest(a, userId("ME"))).toBeUndefined();
    expect(await queries.live(couponId("b"), userId("me"))).toBeUndefined();
  },

  "pages the live claims by position": async (queries, { db }) => {
    await insertClaims(db, claimsOf("a", 7).toReversed());
    await insertClaims(db, [claim("a", 8)], issued);
    await insertClaims(db, [claim("a", 9)], failed);
    await insertClaims(db, claimsOf("b", 9));
    const positions = async (after: number) => (await queries.liveAfter(a, after, 3)).map(({ position }) => position);
    expect(await positions(0)).toEqual([1, 2, 3]);
    expect(await positions(6)).toEqual([7, 8]);
    expect(await positions(8)).toEqual([]);
  },

  "includes failed claims in the highest position": async (queries, { db }) => {
    expect(await queries.highestPosition(a)).toBe(0);
    await insertClaims(db, claimsOf("a", 3));
    await insertClaims(db, [claim("a", 12)], failed);
    await insertClaims(db, [claim("b", 40)]);
    expect(await queries.highestPosition(a)).toBe(12);
  },

  "pages unsettled claims by coupon and task": async (queries, { db }) => {
    await insertClaims(db, [...claimsOf("b", 2), ...claimsOf("a", 3)]);
    await insertClaims(db, [claim("a", 4)], { created_at: later(10) });
    await insertClaims(db, [claim("a", 5)], issued);
    // Dated by a wrong clock.
    await insertClaims(db, [claim("b", 6)], { created_at: later(90_000) });
    const tasks: string[] = [];
    let last: { couponId: CouponId; taskId: ReturnType<typeof taskId> } | null = null;
    do {
      const page = await queries.unsettled({ from: later(10), to: later(1000) }, last, 2);
      tasks.push(...page.map((each) => each.taskId));
      last = page.at(-1) ?? null;
    } while (last !== null);
    expect(tasks).toEqual(["a-task-1", "a-task-2", "a-task-3", "b-task-1", "b-task-2", "b-task-6"]);
    expect(await queries.unsettled({ from: noon, to: later(90_000) }, null, 10)).toEqual([]);
  },

  "counts a coupon's claims by status": async (queries, { db }) => {
    await openCoupons(db, coupon("a"));
    expect(await queries.counts(a)).toEqual({ pending: 0, issued: 0, failed: 0 });
    await insertClaims(db, claimsOf("a", 3));
    await insertClaims(db, [claim("a", 4), claim("a", 5)], issued);
    await insertClaims(db, [claim("a", 6)], failed);
    await insertClaims(db, claimsOf("b", 3));
    expect(await queries.counts(a)).toEqual({ pending: 3, issued: 2, failed: 1 });
  },
};

/** Returns the claim with the greatest position instead of the live one. */
class LastPositionWins extends SqlClaimQueries {
  override async latest(coupon: CouponId, user: UserId) {
    const claims = await this.byTasks(["first", "second", "third"].map(taskId));
    const mine = claims.filter((each) => each.couponId === coupon && each.userId === user);
    return mine.sort((x, y) => y.position - x.position)[0];
  }
}

/** Ignores the positions of failed claims. */
class ForgetsFailedPositions extends SqlClaimQueries {
  override async highestPosition(coupon: CouponId) {
    return Math.max(0, ...(await this.liveAfter(coupon, 0, 1000)).map(({ position }) => position));
  }
}

contractOnDatabases<ClaimQueries>("ClaimQueries", (db) => new SqlClaimQueries(db), clauses, [
  {
    wrong: "returns a failed claim before a live one",
    breaks: "returns the shopper's live claim before failed ones",
    make: (db) => new LastPositionWins(db),
  },
  {
    wrong: "would give a failed claim's position again",
    breaks: "includes failed claims in the highest position",
    make: (db) => new ForgetsFailedPositions(db),
  },
]);
