import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { sellOutOf } from "../../src/adapters/sql/schedule-record.js";
import { SqlSoldOutRecords } from "../../src/adapters/sql/sql-sold-out-records.js";
import type { SoldOutRecords, TitledSellOut } from "../../src/application/ports/sold-out-records.js";
import type { TimeZone } from "../../src/domain/business-day.js";
import type { ScheduleId } from "../../src/domain/ids.js";
import { type Board, fastestBoard, type SellOut, weekOf } from "../../src/domain/sold-out.js";
import { compareSellOuts, entryOf, type ScorePolicy, scorePolicies } from "../../src/domain/sold-out-score.js";
import type { EpochMs } from "../../src/domain/time.js";
import { addSchedules, concertId, schedule, scheduleId, sellOut, seoul, sold, week } from "../support/concert-data.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon } from "../support/coupon-data.js";
import { scansFully } from "../support/full-scan.js";
import { later } from "../support/order-data.js";
import { SeededRandom } from "../support/seeded-random.js";
import { workOn } from "../support/table-work.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const idsOf = (sellOuts: readonly SellOut[]) => sellOuts.map((each) => each.scheduleId);
const titled = (each: SellOut): TitledSellOut => ({ ...each, title: `Concert ${each.concertId}` });
const scoreAll = async (records: SoldOutRecords, policy: ScorePolicy) => {
  while ((await records.score(policy, seoul, 500)) > 0);
};
const opensAt = (iso: string) => Date.parse(iso) as EpochMs;

/** Sell-outs with many equal scores, and ids that are prefixes of others or differ only in case. */
const withTies = (count: number): readonly SellOut[] => {
  const random = new SeededRandom(5);
  return Array.from({ length: count }, (_, n) =>
    sold(`${random.pick(["a", "a-", "A", "_", "Z", "a1"])}${n}`, random.pick([-9, 0, 1, 2, 999, 1000, 2000]), {
      concertId: concertId(random.pick(["c", "C", "c-", "c1", "_"])),
      seats: random.pick([1, 2, 3, 7, 99_999, 100_000]),
      salesOpenAt: later(random.pick([0, 1, 1000, -1, 7 * 86_400_000, -noon])),
    }),
  );
};

const clauses: Clauses<SoldOutRecords> = {
  "ranks the best under every policy, with tie-breakers": async (records, { db }) => {
    const all = withTies(150);
    await sellOut(db, ...all);
    for (const policy of scorePolicies) {
      await scoreAll(records, policy);
      const inOrder = all.toSorted(compareSellOuts(policy));
      expect(await records.best(fastestBoard, policy, 200)).toEqual(inOrder);
      expect(await records.best(fastestBoard, policy, 50)).toEqual(inOrder.slice(0, 50));
      for (const board of [week("2026-W47"), week("2026-W48"), week("1970-W01"), week("2026-W46")]) {
        const ofWeek = inOrder.filter((each) => board.name === "weekly" && weekOf(each, seoul) === board.week);
        expect(await records.best(board, policy, 200)).toEqual(ofWeek);
        expect(await records.best(board, policy, 3)).toEqual(ofWeek.slice(0, 3));
      }
    }
  },

  "assigns weeks in the business time zone": async (records, { db }) => {
    // The year 2026 has a week 53. It contains the first days of 2027.
    const at = (id: string, iso: string) => sold(id, 0, { salesOpenAt: opensAt(iso) });
    await sellOut(db, at("sunday", "2026-12-27T14:59:59.999Z"), at("monday", "2026-12-27T15:00:00Z"));
    await sellOut(db, at("new-year", "2027-01-03T14:59:59.999Z"), at("first", "2027-01-03T15:00:00Z"));
    await scoreAll(records, "tiered");
    const boardOf = async (name: string) => idsOf(await records.best(week(name), "tiered", 9)).toSorted();
    expect(await boardOf("2026-W52")).toEqual(["sunday"]);
    expect(await boardOf("2026-W53")).toEqual(["monday", "new-year"]);
    expect(await boardOf("2027-W01")).toEqual(["first"]);
    expect(await boardOf("2027-W02")).toEqual([]);
  },

  "scores sell-outs that are new or were scored by another policy, at most limit per call": async (records, { db }) => {
    await addSchedules(db, schedule("on-sale"));
    expect(await records.score("tiered", seoul, 3)).toBe(0);
    const all = Array.from({ length: 7 }, (_, n) => sold(`s${n}`, n));
    await sellOut(db, ...all);
    expect(await records.best(fastestBoard, "tiered", 9)).toEqual([]);
    const scoreFourTimes = async (policy: ScorePolicy) => {
      const counts: number[] = [];
      for (let call = 0; call < 4; call += 1) counts.push(await records.score(policy, seoul, 3));
      return counts;
    };
    expect(await scoreFourTimes("tiered")).toEqual([3, 3, 1, 0]);
    await sellOut(db, sold("new", 3));
    expect(await scoreFourTimes("tiered")).toEqual([1, 0, 0, 0]);
    expect(idsOf(await records.best(fastestBoard, "tiered", 9))).toEqual([
      ...["s0", "s1", "s2", "new", "s3", "s4", "s5", "s6"],
    ]);
    expect(await scoreFourTimes("seats-per-second")).toEqual([3, 3, 2, 0]);
    expect(await records.best(fastestBoard, "tiered", 9)).toEqual([]);
    expect(await records.best(fastestBoard, "seats-per-second", 9)).toHaveLength(8);
  },

  "scores the same when several nodes score concurrently": async (records, { db }) => {
    const all = withTies(60);
    await sellOut(db, ...all);
    await Promise.all(Array.from({ length: 6 }, () => records.score("weighted-sum", seoul, 40)));
    await scoreAll(records, "weighted-sum");
    const inOrder = all.toSorted(compareSellOuts("weighted-sum"));
    expect(await records.best(fastestBoard, "weighted-sum", 99)).toEqual(inOrder);
  },

  "keeps a sell-out when a seat is cancelled": async (records, { db }) => {
    await sellOut(db, sold("s", 5), sold("t", 6));
    await workOn(db).run((tx) => tx.concerts.count([{ scheduleId: scheduleId("s"), held: 0, reserved: -1 }]));
    await scoreAll(records, "tiered");
    expect(await records.best(fastestBoard, "tiered", 9)).toEqual([sold("s", 5), sold("t", 6)]);
    expect((await records.history(null, null, null, 9))?.items).toHaveLength(2);
  },

  "finds sell-outs by id, with titles": async (records, { db }) => {
    const other = sold("t", 6, { concertId: concertId("d"), seats: 9 });
    await sellOut(db, sold("s", 5), other, sold("u", 7));
    await addSchedules(db, schedule("on-sale"));
    const found = await records.byIds(["t", "on-sale", "s", "unknown", "S"].map(scheduleId));
    expect(found.toSorted((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1))).toEqual([sold("s", 5), other].map(titled));
    expect(await records.byIds([])).toEqual([]);
  },

  "lists the history newest first, each sell-out once, also if others are added in between": async (
    records,
    { db },
  ) => {
    const of = (times: Readonly<Record<string, number>>) => Object.entries(times).map(([id, ms]) => sold(id, ms));
    expect(await records.history(null, null, null, 2)).toEqual({ items: [], next: null });
    await addSchedules(db, schedule("on-sale"));
    await sellOut(db, ...of({ z: 1, m: 2, b: 2, a: 2, B: 2, c: 3 }));
    const first = await records.history(null, null, null, 2);
    expect(first?.items).toEqual([sold("c", 3), sold("m", 2)].map(titled));
    await sellOut(db, ...of({ y: 0, d: 4, k: 2 }));
    const rest = await walkPages((cursor) => records.history(null, null, cursor ?? first?.next ?? null, 2));
    expect(idsOf(rest)).toEqual(["k", "b", "a", "B", "z", "y"]);
    expect((await records.history(null, null, null, 9))?.next).toBeNull();
    for (const limit of [1, 4, 9])
      expect(idsOf(await walkPages((cursor) => records.history(null, null, cursor, limit)))).toEqual([
        ...["d", "c", "m", "k", "b", "a", "B", "z", "y"],
      ]);
    for (const cursor of foreignCursors) expect(await records.history(null, null, cursor, 2)).toBeUndefined();
  },

  "limits the history to a period": async (records, { db }) => {
    await sellOut(db, ...[1, 2, 3, 4, 5].map((n) => sold(`s${n}`, n)));
    const between = async (from: number | null, to: number | null) =>
      idsOf(
        await walkPages((cursor) =>
          records.history(from === null ? null : later(from), to === null ? null : later(to), cursor, 2),
        ),
      );
    expect(await between(2, null)).toEqual(["s5", "s4", "s3", "s2"]);
    expect(await between(null, 4)).toEqual(["s3", "s2", "s1"]);
    expect(await between(2, 5)).toEqual(["s4", "s3", "s2"]);
    const next = (await records.history(null, null, null, 2))?.next ?? null;
    const after = async (to: number) => idsOf((await records.history(null, later(to), next, 9))?.items ?? []);
    expect([await after(3), await after(4), await after(6)]).toEqual([
      ...[
        ["s2", "s1"],
        ["s3", "s2", "s1"],
        ["s3", "s2", "s1"],
      ],
    ]);
    expect([await between(3, 3), await between(4, 2), await between(6, null)]).toEqual([[], [], []]);
  },

  "reads no more rows than requested, however many schedules there are": async (records, { db }) => {
    const of = (n: number) => ({ concertId: concertId(`c${n % 3}`), salesOpenAt: later(n * 3_600_000) });
    const onSale = Array.from({ length: 1500 }, (_, n) => schedule(`o${n}`, of(n)));
    await addSchedules(db, ...onSale);
    await sellOut(db, ...Array.from({ length: 1500 }, (_, n) => sold(`s${n}`, n, of(n))));
    await scoreAll(records, "tiered");
    const deep = (await records.history(null, later(1000 * 3_600_000), null, 9))?.next ?? null;
    const reads = [
      () => records.best(fastestBoard, "tiered", 50),
      () => records.best(week("2026-W50"), "tiered", 50),
      () => records.byIds(["s1", "s2"].map(scheduleId)),
      () => records.history(null, null, null, 50),
      () => records.history(null, null, deep, 50),
      () => records.history(later(9), later(1200 * 3_600_000), deep, 50),
    ];
    for (const read of reads) expect(await scansFully(db, read)).toBe(false);
  },
};

class OnDatabase extends SqlSoldOutRecords {
  source: Database;
  constructor(db: Database) {
    super(db);
    this.source = db;
  }
  scored(board: Board, policy: ScorePolicy) {
    const rows = this.source.knex("schedules").where("score_policy", policy);
    return board.name === "weekly" ? rows.andWhere("sold_out_week", board.week) : rows;
  }
}

class IgnoresTieBreakers extends OnDatabase {
  override async best(board: Board, policy: ScorePolicy, limit: number) {
    return (await this.scored(board, policy).orderBy(["score", "schedule_id"]).limit(limit)).map(sellOutOf);
  }
}

/** Correct, but its cost grows with the number of sell-outs. */
class SortsAll extends OnDatabase {
  override async best(board: Board, policy: ScorePolicy, limit: number) {
    const all = (await this.source.knex("schedules").whereNot("score_policy", "unrated")).map(sellOutOf);
    const ofWeek = all.filter((each) => board.name === "fastest" || weekOf(each, seoul) === board.week);
    return ofWeek.toSorted(compareSellOuts(policy)).slice(0, limit);
  }
}

class UsesUtc extends SqlSoldOutRecords {
  override score(policy: ScorePolicy, _: TimeZone, limit: number) {
    return super.score(policy, "UTC" as TimeZone, limit);
  }
}

class ScoresOnce extends OnDatabase {
  override async score(policy: ScorePolicy, zone: TimeZone, limit: number) {
    const rows = await this.source.knex("schedules").where("score_policy", "unrated").limit(limit);
    for (const each of rows.map(sellOutOf)) {
      const { score, member: score_member } = entryOf(policy, each);
      await this.source
        .knex("schedules")
        .where("schedule_id", each.scheduleId)
        .update({ score_policy: policy, score, score_member, sold_out_week: weekOf(each, zone) });
    }
    return rows.length;
  }
}

class ListsFullSchedules extends OnDatabase {
  override async history(from: EpochMs | null, to: EpochMs | null, cursor: string | null, limit: number) {
    const page = await super.history(from, to, cursor, limit);
    const full: ScheduleId[] = await this.source
      .knex("schedules")
      .whereRaw("reserved_seats = seats")
      .pluck("schedule_id");
    return page && { ...page, items: page.items.filter((each) => full.includes(each.scheduleId)) };
  }
}

class SkipsEqualTimes extends SqlSoldOutRecords {
  override async history(from: EpochMs | null, to: EpochMs | null, cursor: string | null, limit: number) {
    const page = await super.history(from, cursor === null ? to : (Number(cursor) as EpochMs), null, limit);
    return page && { ...page, next: page.next === null ? null : String(page.items.at(-1)?.soldOutAt) };
  }
}

/** Correct, but MySQL starts with the few concerts and sorts all their sell-outs. */
class JoinsConcerts extends OnDatabase {
  override async history() {
    const rows = await this.source
      .knex("schedules")
      .join("concerts", "concerts.concert_id", "schedules.concert_id")
      .whereNotNull("sold_out_at")
      .orderBy("sold_out_at", "desc")
      .limit(50)
      .select("schedules.*", "title");
    return { items: rows.map((row) => ({ ...sellOutOf(row), title: row.title })), next: null };
  }
}

class IncludesEnd extends SqlSoldOutRecords {
  override history(from: EpochMs | null, to: EpochMs | null, cursor: string | null, limit: number) {
    return super.history(from, to && ((to + 1) as EpochMs), cursor, limit);
  }
}

contractOnDatabases<SoldOutRecords>("SoldOutRecords", (db) => new SqlSoldOutRecords(db), clauses, [
  {
    wrong: "ignores tie-breakers",
    breaks: "ranks the best under every policy, with tie-breakers",
    make: (db) => new IgnoresTieBreakers(db),
  },
  {
    wrong: "sorts all sell-outs",
    breaks: "reads no more rows than requested, however many schedules there are",
    make: (db) => new SortsAll(db),
  },
  {
    wrong: "joins the concerts",
    breaks: "reads no more rows than requested, however many schedules there are",
    make: (db) => new JoinsConcerts(db),
    only: "mysql",
  },
  {
    wrong: "uses weeks in UTC",
    breaks: "assigns weeks in the business time zone",
    make: (db) => new UsesUtc(db),
  },
  {
    wrong: "scores each sell-out once only",
    breaks: "scores sell-outs that are new or were scored by another policy, at most limit per call",
    make: (db) => new ScoresOnce(db),
  },
  {
    wrong: "lists only schedules that are full now",
    breaks: "keeps a sell-out when a seat is cancelled",
    make: (db) => new ListsFullSchedules(db),
  },
  {
    wrong: "skips sell-outs at equal times",
    breaks: "lists the history newest first, each sell-out once, also if others are added in between",
    make: (db) => new SkipsEqualTimes(db),
  },
  {
    wrong: "includes the end of the period",
    breaks: "limits the history to a period",
    make: (db) => new IncludesEnd(db),
  },
]);
