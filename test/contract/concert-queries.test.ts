import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlConcertQueries } from "../../src/adapters/sql/sql-concert-queries.js";
import type { ConcertQueries, Seat } from "../../src/application/ports/concert-queries.js";
import type { Schedule } from "../../src/domain/concert.js";
import type { ScheduleId } from "../../src/domain/ids.js";
import type { EpochMs } from "../../src/domain/time.js";
import {
  addSchedules,
  cancelled,
  concert,
  concertId,
  expired,
  held,
  holdMs,
  paying,
  reservationId,
  reserved,
  schedule,
  scheduleId,
  sellOut,
  sold,
  writeReservations,
} from "../support/concert-data.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon } from "../support/coupon-data.js";
import { scansFully } from "../support/full-scan.js";
import { later } from "../support/order-data.js";
import { workOn } from "../support/table-work.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const addConcerts = (db: Database, ...added: readonly (readonly [id: string, ms: number])[]) =>
  workOn(db).run(async ({ concerts }) => {
    for (const [id, ms] of added) await concerts.add(concert(id), later(ms));
  });
const addSchedulesAt = (db: Database, of: string, ...added: readonly (readonly [id: string, ms: number])[]) =>
  workOn(db).run(async ({ concerts }) => {
    for (const [id, ms] of added) await concerts.addSchedule(schedule(id, { concertId: concertId(of) }), later(ms));
  });
const count = (db: Database, id: string, heldSeats: number, reservedSeats: number) =>
  workOn(db).run((tx) => tx.concerts.count([{ scheduleId: scheduleId(id), held: heldSeats, reserved: reservedSeats }]));
const countsAt = async (queries: ConcertQueries, ms: number, id = "s") =>
  (await queries.schedule(scheduleId(id), later(ms)))?.counts;
const statuses = (seats: readonly Seat[]) => seats.map(({ seatNo, status }) => `${seatNo} ${status}`);

/** Seats 1 to 6 of schedule `s` in each state. Seat 7 was cancelled; seat 8 was never held. */
const oneOfEach = [
  held("free-soon", 1),
  held("free-later", 2, { expiresAt: later(holdMs + 1) }),
  paying(held("paying", 3)),
  reserved(held("reserved", 4)),
  expired(held("expired", 5)),
  held("after-expired", 5, { expiresAt: later(holdMs + 9) }),
  reserved(held("reserved-too", 6)),
  cancelled(held("cancelled", 7)),
];
const hall = schedule("s", { seats: 8 });
const fill = async (db: Database) => {
  await addSchedules(db, hall, schedule("S", { seats: 8 }));
  await writeReservations(db, ...oneOfEach, held("other-schedule", 8, { scheduleId: scheduleId("S") }));
  await count(db, "s", 4, 2);
  await count(db, "S", 1, 0);
};

const clauses: Clauses<ConcertQueries> = {
  "finds concerts and reservations by their ids": async (queries, { db }) => {
    await fill(db);
    expect(await queries.find(concertId("c"))).toEqual(concert("c"));
    expect([await queries.find(concertId("C")), await queries.find(concertId("nothing"))]).toEqual([
      ...[undefined, undefined],
    ]);
    for (const each of oneOfEach) expect(await queries.reservation(each.reservationId)).toEqual(each);
    expect(await queries.reservation(reservationId("Paying"))).toBeUndefined();
  },

  "lists concerts oldest first, each once, while others are added": async (queries, { db }) => {
    expect(await queries.list(null, 2)).toEqual({ items: [], next: null });
    await addConcerts(db, ["z", 1], ["m", 2], ["b", 2], ["a", 2], ["c", 3]);
    const first = await queries.list(null, 2);
    expect(first?.items).toEqual([concert("z"), concert("a")]);
    await addConcerts(db, ["y", 0], ["d", 4]);
    const rest = await walkPages((cursor) => queries.list(cursor ?? first?.next ?? null, 2));
    expect(rest).toEqual(["b", "m", "c", "d"].map((id) => concert(id)));
    expect((await queries.list(null, 7))?.next).toBeNull();
    for (const cursor of foreignCursors) expect(await queries.list(cursor, 2)).toBeUndefined();
  },

  "lists a concert's schedules oldest first, each once, with their counts": async (queries, { db }) => {
    const pages = (of: string, from: string | null = null) =>
      walkPages((cursor) => queries.schedules(concertId(of), noon, cursor ?? from, 2));
    await addConcerts(db, ["c", 0], ["C", 0]);
    await addSchedulesAt(db, "c", ["z", 1], ["m", 2], ["b", 2], ["a", 2]);
    await addSchedulesAt(db, "C", ["other", 2]);
    await count(db, "a", 1, 2);
    const first = await queries.schedules(concertId("c"), noon, null, 2);
    const free = { held: 0, reserved: 0 };
    expect(first?.items).toEqual([
      { schedule: schedule("z"), counts: free, soldOutAt: null },
      { schedule: schedule("a"), counts: { held: 1, reserved: 2 }, soldOutAt: null },
    ]);
    await addSchedulesAt(db, "c", ["y", 0], ["d", 4]);
    const rest = await pages("c", first?.next);
    expect(rest.map((each) => each.schedule.scheduleId)).toEqual(["b", "m", "d"]);
    expect((await pages("C")).map((each) => each.schedule.scheduleId)).toEqual(["other"]);
    expect(await pages("nothing")).toEqual([]);
    for (const cursor of foreignCursors)
      expect(await queries.schedules(concertId("c"), noon, cursor, 2)).toBeUndefined();
  },

  "counts expired holds as free, unless they have an open payment": async (queries, { db }) => {
    await fill(db);
    expect(await countsAt(queries, holdMs - 1)).toEqual({ held: 4, reserved: 2 });
    expect(await countsAt(queries, holdMs)).toEqual({ held: 3, reserved: 2 });
    expect(await countsAt(queries, holdMs + 1)).toEqual({ held: 2, reserved: 2 });
    expect(await countsAt(queries, 10 * holdMs)).toEqual({ held: 1, reserved: 2 });
    expect(await countsAt(queries, holdMs - 1, "S")).toEqual({ held: 1, reserved: 0 });
    const listed = await queries.schedules(concertId("c"), later(holdMs + 1), null, 9);
    expect(listed?.items.map(({ counts }) => counts.held)).toEqual([0, 2]);
    expect(await queries.schedule(scheduleId("nothing"), noon)).toBeUndefined();
  },

  "reads the counts from the schedule's row and not from its seats": async (queries, { db }) => {
    await addSchedules(db, schedule("s", { seats: 100_000 }));
    await count(db, "s", 20_000, 70_000);
    expect(await countsAt(queries, 0)).toEqual({ held: 20_000, reserved: 70_000 });
  },

  "returns the first sell-out, also after a seat was cancelled": async (queries, { db }) => {
    await sellOut(db, sold("s", 77));
    await count(db, "s", 0, -1);
    const state = { schedule: schedule("s"), counts: { held: 0, reserved: 3 }, soldOutAt: later(77) };
    expect(await queries.schedule(scheduleId("s"), noon)).toEqual(state);
  },

  "lists every seat by number with its current status": async (queries, { db }) => {
    await fill(db);
    const seatsAt = async (ms: number) => statuses((await queries.seats(hall, later(ms), null, 9))?.items ?? []);
    const rest = ["3 held", "4 reserved", "5 held", "6 reserved", "7 available", "8 available"];
    expect(await seatsAt(holdMs - 1)).toEqual(["1 held", "2 held", ...rest]);
    expect(await seatsAt(holdMs)).toEqual(["1 available", "2 held", ...rest]);
    expect(await seatsAt(holdMs + 1)).toEqual(["1 available", "2 available", ...rest]);
    expect((await seatsAt(10 * holdMs)).filter((seat) => !seat.endsWith("available"))).toEqual([
      ...["3 held", "4 reserved", "6 reserved"],
    ]);
  },

  "lists seats page by page": async (queries, { db }) => {
    await fill(db);
    const whole = (await queries.seats(hall, noon, null, 8)) ?? { items: [], next: "" };
    expect(whole.next).toBeNull();
    expect(whole.items.map(({ seatNo }) => seatNo)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const limit of [1, 3, 4, 7, 200])
      expect(await walkPages((cursor) => queries.seats(hall, noon, cursor, limit))).toEqual(whole.items);
    const great = schedule("great", { seats: 100_000 });
    const [next] = [(await queries.seats(great, noon, null, 1000))?.next ?? null];
    expect((await queries.seats(great, noon, next, 1000))?.items.at(-1)).toEqual({ seatNo: 2000, status: "available" });
    const bad = [...foreignCursors, ...[[9], [1.5], [-1], [1e300]].map((order) => encoded(order))];
    for (const cursor of bad) expect(await queries.seats(hall, noon, cursor, 2)).toBeUndefined();
  },

  "finds the live reservation of a seat, expired holds included": async (queries, { db }) => {
    await fill(db);
    const found: (string | undefined)[] = [];
    for (const seatNo of [1, 2, 3, 4, 5, 6, 7, 8])
      found.push((await queries.live(hall.scheduleId, seatNo))?.reservationId);
    const onSeats = ["free-soon", "free-later", "paying", "reserved", "after-expired", "reserved-too"];
    expect(found).toEqual([...onSeats, undefined, undefined]);
  },

  "finds expired holds without an open payment, oldest first": async (queries, { db }) => {
    await fill(db);
    expect(await queries.expiredHolds(later(holdMs - 1), 9)).toEqual([]);
    expect(await queries.expiredHolds(later(holdMs), 9)).toEqual(["free-soon", "other-schedule"]);
    const over = ["free-soon", "other-schedule", "free-later", "after-expired"];
    expect(await queries.expiredHolds(later(10 * holdMs), 9)).toEqual(over);
    expect(await queries.expiredHolds(later(10 * holdMs), 3)).toEqual(over.slice(0, 3));
  },

  "reads no more rows than requested": async (queries, { db }) => {
    await addSchedules(db, ...Array.from({ length: 1000 }, (_, n) => schedule(`e${n}`, { concertId: concertId("e") })));
    await addConcerts(db, ...Array.from({ length: 1000 }, (_, n) => [`c${n}`, n] as const));
    const past = Array.from({ length: 3000 }, (_, n) =>
      (n % 2 === 0 ? expired : cancelled)(held(`r${n}`, 1, { scheduleId: scheduleId(`e${n % 1000}`) })),
    );
    await writeReservations(db, ...past);
    await fill(db);
    const reads = [
      () => queries.find(concertId("c")),
      () => queries.reservation(reservationId("paying")),
      () => queries.schedule(scheduleId("s"), later(holdMs)),
      () => queries.schedules(concertId("c"), later(holdMs), null, 50),
      () => queries.seats(hall, later(holdMs), null, 1000),
      () => queries.live(scheduleId("s"), 5),
      () => queries.expiredHolds(later(holdMs), 100),
    ];
    for (const read of reads) expect(await scansFully(db, read)).toBe(false);
  },
};

const encoded = (order: unknown) => Buffer.from(JSON.stringify(order)).toString("base64url");

class OnDatabase extends SqlConcertQueries {
  source: Database;
  constructor(db: Database) {
    super(db);
    this.source = db;
  }
}

class CountsExpiredHolds extends SqlConcertQueries {
  override schedule(id: ScheduleId) {
    return super.schedule(id, noon);
  }
}

class CountsSeats extends OnDatabase {
  override async schedule(id: ScheduleId, now: EpochMs) {
    const state = await super.schedule(id, now);
    const live = await this.source.knex("reservations").where({ schedule_id: id, live: 1 }).select("status", "due_at");
    const isOver = (due: number | null) => due !== null && due <= now;
    const counted = (status: string) => live.filter((row) => row.status === status && !isOver(row.due_at)).length;
    return state && { ...state, counts: { held: counted("held"), reserved: counted("reserved") } };
  }
}

class ShowsExpiredHolds extends SqlConcertQueries {
  override seats(of: Schedule, _: EpochMs, cursor: string | null, limit: number) {
    return super.seats(of, noon, cursor, limit);
  }
}

class ShowsTakenSeatsOnly extends SqlConcertQueries {
  override async seats(of: Schedule, now: EpochMs, cursor: string | null, limit: number) {
    const page = await super.seats(of, now, cursor, limit);
    return page && { ...page, items: page.items.filter(({ status }) => status !== "available") };
  }
}

class RepeatsTheLastSeat extends SqlConcertQueries {
  override async seats(of: Schedule, now: EpochMs, cursor: string | null, limit: number) {
    const page = await super.seats(of, now, cursor, limit);
    return page?.next ? { ...page, next: encoded([(page.items.at(-1)?.seatNo ?? 1) - (limit > 1 ? 1 : 0)]) } : page;
  }
}

class FindsEndedReservations extends OnDatabase {
  override async live(id: ScheduleId, seatNo: number) {
    const on = this.source.knex("reservations").where({ schedule_id: id, seat_no: seatNo });
    const [first] = await on.orderBy("expires_at").pluck("reservation_id");
    return first && super.reservation(first);
  }
}

class ExpiresHoldsWithAnOpenPayment extends OnDatabase {
  override expiredHolds(now: EpochMs, limit: number) {
    const overdue = this.source.knex("reservations").where("status", "held").andWhere("expires_at", "<=", now);
    return overdue.orderBy(["expires_at", "reservation_id"]).limit(limit).pluck("reservation_id");
  }
}

/** Correct, but it reads every reservation. */
class ReadsEveryReservation extends OnDatabase {
  override expiredHolds(now: EpochMs, limit: number) {
    const overdue = this.source.knex("reservations").whereRaw("due_at + 0 <= ?", [now]);
    return overdue.orderBy(["due_at", "reservation_id"]).limit(limit).pluck("reservation_id");
  }
}

class PagesByTimeAlone extends OnDatabase {
  override async list(cursor: string | null, limit: number) {
    const rows = await this.source
      .knex("concerts")
      .where("created_at", ">", Number(cursor ?? -1))
      .orderBy(["created_at", "concert_id"])
      .limit(limit);
    const items = rows.map((row) => concert(row.concert_id));
    return { items, next: rows.length < limit ? null : String(rows.at(-1).created_at) };
  }
}

contractOnDatabases<ConcertQueries>("ConcertQueries", (db) => new SqlConcertQueries(db), clauses, [
  {
    wrong: "counts expired holds as held",
    breaks: "counts expired holds as free, unless they have an open payment",
    make: (db) => new CountsExpiredHolds(db),
  },
  {
    wrong: "counts the rows of the seats",
    breaks: "reads the counts from the schedule's row and not from its seats",
    make: (db) => new CountsSeats(db),
  },
  {
    wrong: "shows expired holds as held",
    breaks: "lists every seat by number with its current status",
    make: (db) => new ShowsExpiredHolds(db),
  },
  {
    wrong: "lists only seats that have a row",
    breaks: "lists every seat by number with its current status",
    make: (db) => new ShowsTakenSeatsOnly(db),
  },
  {
    wrong: "repeats the last seat of a page",
    breaks: "lists seats page by page",
    make: (db) => new RepeatsTheLastSeat(db),
  },
  {
    wrong: "returns ended reservations",
    breaks: "finds the live reservation of a seat, expired holds included",
    make: (db) => new FindsEndedReservations(db),
  },
  {
    wrong: "expires holds with an open payment",
    breaks: "finds expired holds without an open payment, oldest first",
    make: (db) => new ExpiresHoldsWithAnOpenPayment(db),
  },
  {
    wrong: "reads every reservation",
    breaks: "reads no more rows than requested",
    make: (db) => new ReadsEveryReservation(db),
  },
  {
    wrong: "pages by time alone",
    breaks: "lists concerts oldest first, each once, while others are added",
    make: (db) => new PagesByTimeAlone(db),
  },
]);
