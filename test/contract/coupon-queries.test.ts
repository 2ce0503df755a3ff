import { expect } from "vitest";
import { SqlCouponQueries } from "../../src/adapters/sql/sql-coupon-queries.js";
import { SqlRankingLogQueries } from "../../src/adapters/sql/sql-ranking-log-queries.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { CouponQueries } from "../../src/application/ports/coupon-queries.js";
import type { Page } from "../../src/application/ports/page.js";
import type { RankingLogQueries } from "../../src/application/ports/ranking-log-queries.js";
import { userCouponOf } from "../../src/domain/ids.js";
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
  rowsIn,
  userId,
} from "../support/coupon-data.js";

/** Every item of a list, page by page. */
const walk = async <T>(list: (cursor: string | null) => Promise<Page<T> | undefined>): Promise<readonly T[]> => {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> | undefined = await list(cursor);
    if (page === undefined) throw new Error(`the list does not know its own cursor ${cursor}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
};
const foreign = ["", "x", "bm90IGpzb24", Buffer.from("[]").toString("base64url"), Buffer.from("{}").toString("base64")];
const later = (ms: number) => (noon + ms) as EpochMs;

const clauses: Clauses<CouponQueries> = {
  "finds a coupon as soon as it exists": async (queries, { db }) => {
    expect(await queries.find(couponId("a"))).toBeUndefined();
    await openCoupons(db, coupon("a", { opensAt: later(1), closesAt: later(2) }));
    const found = await queries.find(couponId("a"));
    expect(found).toEqual(coupon("a", { opensAt: later(1), closesAt: later(2) }));
    expect(await queries.find(couponId("a"))).toEqual(found);
    expect(await queries.find(couponId("A"))).toBeUndefined();
  },

  "counts claims at the time of the read": async (queries, { db }) => {
    await openCoupons(db, coupon("a"), coupon("b"));
    await insertClaims(db, claimsOf("a", 3));
    await db.knex("coupons").where("coupon_id", "a").update({ issued: 2 });
    expect(await queries.counted(couponId("a"))).toEqual({ coupon: coupon("a"), pending: 3, issued: 2 });
    await insertClaims(db, [claim("a", 4)]);
    expect(await queries.counted(couponId("a"))).toMatchObject({ pending: 4 });
    expect(await queries.counted(couponId("b"))).toEqual({ coupon: coupon("b"), pending: 0, issued: 0 });
    expect(await queries.counted(couponId("c"))).toBeUndefined();
  },

  "lists coupons oldest first, each once, also if others are added between pages": async (queries, { db }) => {
    const work = new SqlUnitOfWork(db, () => {});
    const add = (id: string, at: number) => work.run((tx) => tx.coupons.add(coupon(id), later(at)));
    for (const [id, at] of [
      ["z", 1],
      ["m", 2],
      ["b", 2],
      ["a", 2],
      ["c", 3],
    ] as const)
      await add(id, at);
    const first = await queries.list(null, 2);
    expect(first?.items.map((item) => item.coupon.couponId)).toEqual(["z", "a"]);
    await add("y", 0);
    await add("d", 4);
    const rest = await walk((cursor) => queries.list(cursor ?? first?.next ?? null, 2));
    expect(rest.map((item) => item.coupon.couponId)).toEqual(["b", "m", "c", "d"]);
    expect((await queries.list(null, 7))?.next).toBeNull();
    for (const cursor of foreign) expect(await queries.list(cursor, 2)).toBeUndefined();
  },

  "lists a shopper's coupons": async (queries, { db }) => {
    const me = userId("me");
    const coupons = ["a", "b", "c", "d", "e"].map((id) => coupon(id));
    await openCoupons(db, ...coupons);
    const claims = coupons.map(({ couponId: id }) => claim(id, 1, { userId: me }));
    await insertClaims(db, [...claims, claim("a", 2)]);
    await new SqlUnitOfWork(db, () => {}).run((tx) =>
      tx.claims.settle(
        [...claims, claim("a", 2)].map((each) => ({
          ...each,
          status: "issued",
          userCouponId: userCouponOf(each.taskId),
        })),
        noon,
      ),
    );
    const mine = await walk((cursor) => queries.ofUser(me, cursor, 2));
    expect(mine.map((each) => each.couponId)).toEqual(["a", "b", "c", "d", "e"]);
    expect(mine[0]).toEqual({
      userCouponId: "a-task-1",
      couponId: "a",
      userId: "me",
      position: 1,
      status: "issued",
      issuedAt: noon,
    });
    expect(await queries.ofUser(userId("nobody"), null, 2)).toEqual({ items: [], next: null });
    for (const cursor of foreign) expect(await queries.ofUser(me, cursor, 2)).toBeUndefined();
  },

  "returns the expected stores of open coupons": async (queries, { db }) => {
    await openCoupons(db, coupon("c"), coupon("a", { closesAt: later(5) }), coupon("b", { closesAt: noon }));
    await insertClaims(db, claimsOf("a", 2));
    await insertClaims(db, [claim("a", 6)], { status: "failed", live: null });
    await db.knex("coupons").where("coupon_id", "a").update({ issued: 1 });
    await new SqlUnitOfWork(db, () => {}).run((tx) => tx.epochs.raise(couponId("a"), 0, 3, noon));
    const truths = await queries.openAfter(null, noon, 5);
    expect(truths).toEqual([
      { couponId: "a", epoch: 3, highestPosition: 6, pending: 2, issued: 1 },
      { couponId: "c", epoch: 0, highestPosition: 0, pending: 0, issued: 0 },
    ]);
    expect((await queries.openAfter(null, noon, 1)).map((truth) => truth.couponId)).toEqual(["a"]);
    expect((await queries.openAfter(couponId("a"), noon, 5)).map((truth) => truth.couponId)).toEqual(["c"]);
    expect((await queries.openAfter(null, later(5), 5)).map((truth) => truth.couponId)).toEqual(["c"]);
  },
};

/** Caches that a coupon does not exist. */
class RemembersMisses extends SqlCouponQueries {
  private readonly misses = new Set<string>();
  override async find(id: ReturnType<typeof couponId>) {
    if (this.misses.has(id)) return undefined;
    const found = await super.find(id);
    if (found === undefined) this.misses.add(id);
    return found;
  }
}

/** Pages by offset, so that an earlier insert shifts the page. */
class PagesByOffset extends SqlCouponQueries {
  override async list(cursor: string | null, limit: number) {
    const whole = await super.list(null, 1000);
    const from = cursor === null ? 0 : Number(cursor);
    const next = from + limit < (whole?.items.length ?? 0) ? String(from + limit) : null;
    return { items: whole?.items.slice(from, from + limit) ?? [], next };
  }
}

contractOnDatabases<CouponQueries>("CouponQueries", (db) => new SqlCouponQueries(db), clauses, [
  {
    wrong: "caches misses",
    breaks: "finds a coupon as soon as it exists",
    make: (db) => new RemembersMisses(db),
  },
  {
    wrong: "pages by offset",
    breaks: "lists coupons oldest first, each once, also if others are added between pages",
    make: (db) => new PagesByOffset(db),
  },
]);

const logClauses: Clauses<RankingLogQueries> = {
  "lists the log in order of writing, for one coupon or all": async (queries, { db }) => {
    const entry = (id: string, position: number) => ({
      ...{ taskId: claim(id, position).taskId, userId: claim(id, position).userId, couponId: couponId(id), position },
      ...{ retryCount: 0, at: later(position) },
    });
    const work = new SqlUnitOfWork(db, () => {});
    await work.run((tx) => tx.rankingLog.add([{ ...entry("b", 2), status: "ISSUED" }]));
    await work.run((tx) =>
      tx.rankingLog.add([
        { ...entry("a", 1), status: "ISSUED" },
        { ...entry("b", 1), status: "FAILED", reason: "internal", retryCount: 3 },
      ]),
    );
    const all = await walk((cursor) => queries.list(null, cursor, 1));
    expect(all.map(({ taskId }) => taskId)).toEqual(["b-task-2", "a-task-1", "b-task-1"]);
    const ofB = await walk((cursor) => queries.list(couponId("b"), cursor, 1));
    const [first, second] = ofB;
    expect(ofB).toHaveLength(2);
    expect(first).toEqual({ ...entry("b", 2), status: "ISSUED", id: expect.any(String) });
    expect(second).toMatchObject({ status: "FAILED", reason: "internal", retryCount: 3, at: later(1) });
    for (const cursor of foreign) expect(await queries.list(null, cursor, 2)).toBeUndefined();
    expect(await rowsIn(db, "ranking_logs")).toBe(3);
  },
  "compares claims with the log, by task id and page by page": async (queries, { db }) => {
    await openCoupons(db, coupon("a", { quantity: 10 }));
    const [pending, issued, failed, logged] = [claim("a", 1), claim("a", 2), claim("a", 3), claim("a", 4)];
    await insertClaims(db, [pending, issued, failed, logged]);
    const work = new SqlUnitOfWork(db, () => {});
    await work.run((tx) => tx.claims.countFailure([failed.taskId]));
    await work.run(async (tx) => {
      await tx.claims.settle(
        [
          { ...issued, status: "issued", userCouponId: userCouponOf(issued.taskId) },
          { ...logged, status: "issued", userCouponId: userCouponOf(logged.taskId) },
          { ...failed, status: "failed", reason: "internal" },
        ],
        later(7),
      );
    });
    const entryOf = ({ taskId, userId, couponId, position }: typeof issued) => ({
      ...{ taskId, userId, couponId, position, retryCount: 0, at: later(7), status: "ISSUED" as const },
    });
    await work.run((tx) => tx.rankingLog.add([entryOf(logged)]));
    const first = await queries.compareAfter(null, 3);
    expect(first).toEqual([
      { taskId: pending.taskId, entry: null, isLogged: false },
      { taskId: issued.taskId, entry: entryOf(issued), isLogged: false },
      {
        taskId: failed.taskId,
        entry: { ...entryOf(failed), status: "FAILED", reason: "internal", retryCount: 1 },
        isLogged: false,
      },
    ]);
    expect(await queries.compareAfter(failed.taskId, 3)).toEqual([
      { taskId: logged.taskId, entry: entryOf(logged), isLogged: true },
    ]);
  },
};

contractOnDatabases<RankingLogQueries>("RankingLogQueries", (db) => new SqlRankingLogQueries(db), logClauses, [
  {
    wrong: "ignores the coupon filter",
    breaks: "lists the log in order of writing, for one coupon or all",
    make: (db) => {
      const queries = new SqlRankingLogQueries(db);
      return {
        list: (_, cursor, limit) => queries.list(null, cursor, limit),
        compareAfter: (after, limit) => queries.compareAfter(after, limit),
      };
    },
  },
  {
    wrong: "takes every settled claim for logged",
    breaks: "compares claims with the log, by task id and page by page",
    make: (db) => {
      const queries = new SqlRankingLogQueries(db);
      return {
        list: (...page) => queries.list(...page),
        compareAfter: async (after, limit) =>
          (await queries.compareAfter(after, limit)).map((each) => ({ ...each, isLogged: each.entry !== null })),
      };
    },
  },
]);
