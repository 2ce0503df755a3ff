import { expect } from "vitest";
import { read } from "../../../src/adapters/sql/database.js";
import { SqlCouponQueries } from "../../../src/adapters/sql/sql-coupon-queries.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { type SettledClaim, settledEvent } from "../../../src/domain/coupon.js";
import { userCouponOf } from "../../../src/domain/ids.js";
import type { OpenedDatabase } from "../../support/backends.js";
import {
  claim,
  claimsOf,
  coupon,
  couponId,
  insertClaims,
  noon,
  openCoupons,
  rowsIn,
  userId,
} from "../../support/coupon-data.js";

/** A unit of work on its own database. */
export type WorkUnderTest = OpenedDatabase & {
  readonly work: UnitOfWork;
  /** Returns how many commits with events were reported. */
  readonly commitsWithEvents: () => number;
};
export type Clauses = Readonly<Record<string, (under: WorkUnderTest) => Promise<void>>>;

const issued = (id: string, position: number): SettledClaim => {
  const pending = claim(id, position);
  return { ...pending, status: "issued", userCouponId: userCouponOf(pending.taskId) };
};
const failed = (id: string, position: number): SettledClaim => ({
  ...claim(id, position),
  status: "failed",
  reason: "coupon-sold-out",
});
const tables = ["coupons", "coupon_epochs", "coupon_claims", "user_coupons", "outbox", "ranking_logs"] as const;

export const clauses: Clauses = {
  "rolls back everything if it fails, outbox rows included": async ({ work, db, commitsWithEvents }) => {
    await openCoupons(db, coupon("a"));
    await insertClaims(db, claimsOf("a", 2));
    const before = await Promise.all(tables.map((table) => rowsIn(db, table)));
    const run = work.run(async (tx) => {
      await tx.coupons.add(coupon("b"), noon);
      await tx.epochs.raise(couponId("a"), 0, 7, noon);
      await tx.claims.settle([issued("a", 1), failed("a", 2)], noon);
      await tx.outbox.add([settledEvent(issued("a", 1), 0, noon)]);
      await tx.rankingLog.add([logged(1)]);
      throw new Error("work failed");
    });
    await expect(run).rejects.toThrow("work failed");
    expect(await Promise.all(tables.map((table) => rowsIn(db, table)))).toEqual(before);
    const { pending, epoch } = await work.run(async (tx) => ({
      pending: await tx.claims.pending(claimsOf("a", 2).map(({ taskId }) => taskId)),
      epoch: await tx.epochs.read(couponId("a"), noon),
    }));
    expect(pending).toHaveLength(2);
    expect(epoch?.epoch).toBe(0);
    expect(commitsWithEvents()).toBe(0);
  },

  "reports events after their commit": async ({ work, db, commitsWithEvents }) => {
    await work.run(async (tx) => {
      await tx.outbox.add([settledEvent(issued("a", 1), 0, noon), settledEvent(failed("a", 2), 1, noon)]);
      expect(commitsWithEvents()).toBe(0);
    });
    expect(commitsWithEvents()).toBe(1);
    expect(await rowsIn(db, "outbox")).toBe(2);
    await work.run((tx) => tx.outbox.add([]));
    expect(commitsWithEvents()).toBe(1);
  },

  "returns copies": async ({ work }) => {
    const given = coupon("a", { discount: { type: "percent", value: 20 } });
    const found = await work.run(async (tx) => {
      await tx.coupons.add(given, noon);
      const first = await tx.coupons.find(couponId("a"));
      Object.assign(first ?? {}, { quantity: 99 });
      return tx.coupons.find(couponId("a"));
    });
    expect(found).toEqual(given);
  },

  "adds one coupon per id, with its first epoch": async ({ work }) => {
    const timed = coupon("a", { opensAt: noon, closesAt: noon });
    expect(await work.run((tx) => tx.coupons.add(timed, noon))).toBe(true);
    // The transaction goes on after a coupon that was not added.
    await work.run(async (tx) => {
      expect(await tx.coupons.add(coupon("a", { quantity: 3 }), noon)).toBe(false);
      expect(await tx.coupons.find(couponId("a"))).toEqual(timed);
      expect(await tx.coupons.add(coupon("A"), noon)).toBe(true);
      expect(await tx.epochs.read(couponId("a"), noon)).toEqual({ epoch: 0, rebuilding: false });
    });
    expect(await work.run((tx) => tx.coupons.find(couponId("A")))).toEqual(coupon("A"));
    expect(await work.run((tx) => tx.coupons.find(couponId("b")))).toBeUndefined();
  },

  "locks coupons in id order": async ({ work, db }) => {
    await openCoupons(db, coupon("b"), coupon("C"), coupon("a"));
    const ids = ["b", "unknown", "C", "a"].map(couponId);
    const locked = await work.run((tx) => tx.coupons.lock(ids));
    expect(locked.map((each) => each.coupon.couponId)).toEqual(["C", "a", "b"]);
    expect(await work.run((tx) => tx.coupons.lock([]))).toEqual([]);
  },

  "settles a batch of 1,200, and each claim once": async ({ work, db }) => {
    await openCoupons(db, coupon("a", { quantity: 2000 }));
    await insertClaims(db, claimsOf("a", 1200));
    const positions = Array.from({ length: 1200 }, (_, index) => index + 1);
    const ends = positions.map((position) => (position % 3 === 0 ? failed("a", position) : issued("a", position)));
    await work.run((tx) => tx.claims.settle(ends, noon));
    expect(await rowsIn(db, "user_coupons")).toBe(800);
    const failures = await db.knex("coupon_claims").where({ status: "failed", reason: "coupon-sold-out" });
    expect(failures).toHaveLength(400);
    expect(failures.every((row) => row.live === null && Number(row.settled_at) === noon)).toBe(true);
    expect(await work.run((tx) => tx.claims.pending(ends.map(({ taskId }) => taskId)))).toEqual([]);
    await expect(work.run((tx) => tx.claims.settle([issued("a", 3)], noon))).rejects.toThrow();
    await expect(work.run((tx) => tx.claims.settle([issued("a", 1)], noon))).rejects.toThrow();
    expect(await rowsIn(db, "user_coupons")).toBe(800);
  },

  "reads pending claims, holders, and how many claims are pending before a position": async ({ work, db }) => {
    await openCoupons(db, coupon("a"), coupon("b"));
    await insertClaims(db, [...claimsOf("a", 5), ...claimsOf("b", 3)]);
    await work.run((tx) => tx.claims.settle([issued("a", 1), failed("a", 2)], noon));
    await work.run((tx) => tx.claims.countFailure([claim("a", 1), claim("a", 4)].map(({ taskId }) => taskId)));
    const ids = claimsOf("a", 9).map(({ taskId }) => taskId);
    await work.run(async (tx) => {
      const pending = new Map((await tx.claims.pending(ids)).map((each) => [each.claim.position, each]));
      expect([...pending.keys()].sort()).toEqual([3, 4, 5]);
      expect(pending.get(4)).toEqual({ claim: claim("a", 4), failures: 1 });
      expect(pending.get(5)?.failures).toBe(0);
      const shoppers = [1, 2, 3].map((position) => userId(`a-shopper-${position}`));
      expect([...(await tx.claims.holders(couponId("a"), shoppers))]).toEqual(["a-shopper-1"]);
      expect((await tx.claims.holders(couponId("b"), shoppers)).size).toBe(0);
      const before = await tx.claims.pendingBefore(couponId("a"), [4, 6, 3], [claim("a", 3).taskId]);
      expect([before.get(3) ?? 0, before.get(4) ?? 0, before.get(6) ?? 0]).toEqual([0, 0, 2]);
      expect((await tx.claims.pendingBefore(couponId("a"), [], [])).size).toBe(0);
    });
  },

  "raises an epoch once from its current value": async ({ work, db }) => {
    await openCoupons(db, coupon("a"));
    const at = couponId("a");
    await work.run(async (tx) => {
      expect(await tx.epochs.raise(at, 0, 5, (noon + 100) as typeof noon)).toBe(true);
      expect(await tx.epochs.raise(at, 0, 6, noon)).toBe(false);
      expect(await tx.epochs.read(at, noon)).toEqual({ epoch: 5, rebuilding: true });
      expect(await tx.epochs.read(at, (noon + 100) as typeof noon)).toEqual({ epoch: 5, rebuilding: false });
      await tx.epochs.markRebuild(at, 4, (noon + 900) as typeof noon);
      expect((await tx.epochs.read(at, (noon + 100) as typeof noon))?.rebuilding).toBe(false);
      await tx.epochs.markRebuild(at, 5, noon);
      expect((await tx.epochs.read(at, noon))?.rebuilding).toBe(false);
      await tx.epochs.markRebuild(at, 5, (noon + 90_000) as typeof noon);
      // Dated by a wrong clock.
      expect((await tx.epochs.read(at, noon))?.rebuilding).toBe(false);
      expect(await tx.epochs.read(couponId("b"), noon)).toBeUndefined();
    });
  },

  "logs each task once": async ({ work, db }) => {
    await work.run((tx) => tx.rankingLog.add([logged(1), logged(2)]));
    await work.run((tx) => tx.rankingLog.add([logged(2), logged(3), { ...logged(1), status: "ISSUED" }]));
    await work.run((tx) => tx.rankingLog.add([]));
    const rows = await db.knex("ranking_logs").orderBy("position").select("position", "status");
    expect(rows).toEqual([1, 2, 3].map((position) => ({ position, status: "FAILED" })));
  },

  "rejects statements after its end": async ({ work, db }) => {
    await openCoupons(db, coupon("a"));
    let escaped: Transaction | undefined;
    await work.run(async (tx) => {
      escaped = tx;
    });
    await expect(escaped?.coupons.add(coupon("b"), noon)).rejects.toThrow();
    expect(await rowsIn(db, "coupons")).toBe(1);
  },

  "fails instead of waiting for itself if a query bypasses the transaction on the only connection": async ({
    work,
    db,
  }) => {
    if (db.dialect.name !== "sqlite") return;
    const queries = new SqlCouponQueries(db);
    const mistake = work.run(() => queries.find(couponId("a")));
    await expect(mistake).rejects.toMatchObject({ problem: { code: "engine-unavailable" } });
    expect(await read(db.knex("coupons").select("coupon_id"))).toEqual([]);
  },
};

const logged = (position: number) => ({
  ...claim("a", position),
  status: "FAILED" as const,
  reason: "internal" as const,
  retryCount: 2,
  at: noon,
});
