import { expect } from "vitest";
import { SqlConcertTable } from "../../src/adapters/sql/sql-concert-table.js";
import type { SeatDelta } from "../../src/application/ports/concert-table.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { isFirstSellOut } from "../../src/domain/sold-out.js";
import type { EpochMs } from "../../src/domain/time.js";
import { addSchedules, concert, concertId, schedule, scheduleId, scheduleRow, sold } from "../support/concert-data.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon, rowsIn } from "../support/coupon-data.js";
import { later, money } from "../support/order-data.js";
import { type BuildableStatements, type Meet, workOn, workWith } from "../support/table-work.js";

const delta = (id: string, held: number, reserved: number): SeatDelta => ({
  scheduleId: scheduleId(id),
  held,
  reserved,
});
const count = (work: UnitOfWork, ...deltas: readonly SeatDelta[]) => work.run((tx) => tx.concerts.count(deltas));
const stateOf = (work: UnitOfWork, id = "s") => work.run((tx) => tx.concerts.currentState(scheduleId(id)));
const mark = (work: UnitOfWork, id: string, elapsed: number) =>
  work.run((tx) => tx.concerts.markSoldOut(sold(id, elapsed)));

const clauses: Clauses<UnitOfWork> = {
  "stores every field of a concert and a schedule, and adds one per id": async (work) => {
    const long = concert("c".repeat(64), "🎻é\\'\"?%".repeat(25));
    const greatest = { startsAt: 0 as EpochMs, salesOpenAt: later(9), seats: 100_000, price: money(1_000_000_000) };
    const whole = schedule("s", { ...greatest, concertId: long.concertId });
    await work.run(async ({ concerts }) => {
      expect(await concerts.add(long, noon)).toBe(true);
      expect(await concerts.add({ ...long, title: "other" }, noon)).toBe(false);
      expect(await concerts.add(concert("C".repeat(64)), noon)).toBe(true);
      expect(await concerts.addSchedule(whole, noon)).toBe(true);
      expect(await concerts.addSchedule(schedule("s"), noon)).toBe(false);
      expect(await concerts.addSchedule(schedule("S"), noon)).toBe(true);
    });
    await work.run(async ({ concerts }) => {
      expect(await concerts.find(long.concertId)).toEqual(long);
      expect(await concerts.find(concertId("nothing"))).toBeUndefined();
      expect(await concerts.findSchedule(whole.scheduleId)).toEqual(whole);
      expect(await concerts.findSchedule(scheduleId("S"))).toEqual(schedule("S"));
      expect(await concerts.findSchedule(scheduleId("nothing"))).toBeUndefined();
    });
  },

  "adds one of ten concurrent concerts and schedules with one id": async (work, { db }) => {
    const adding = (n: number) =>
      work.run(async ({ concerts }) => [
        await concerts.add(concert("c", `Title ${n}`), noon),
        await concerts.addSchedule(schedule("s", { seats: n + 1 }), noon),
      ]);
    const added = await Promise.all(Array.from({ length: 10 }, (_, n) => adding(n)));
    expect(added.filter(([first]) => first)).toHaveLength(1);
    expect(added.filter(([, second]) => second)).toHaveLength(1);
    expect([await rowsIn(db, "concerts"), await rowsIn(db, "schedules")]).toEqual([1, 1]);
  },

  "counts held and reserved seats per schedule": async (work, { db }) => {
    await addSchedules(db, schedule("b"), schedule("a"), schedule("A"));
    await count(work, delta("b", 3, 0), delta("a", 1, 1));
    await count(work, delta("b", -1, 1), delta("a", 0, -1), delta("b", -1, 0));
    await count(work);
    const counted = async (id: string) => {
      const { held_seats, reserved_seats } = await scheduleRow(db, id);
      return [held_seats, reserved_seats];
    };
    expect([await counted("a"), await counted("b"), await counted("A")]).toEqual([
      ...[
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ]);
  },

  "rejects counts below 0 or above the seats, and then changes nothing": async (work, { db }) => {
    await addSchedules(db, schedule("a"), schedule("b"));
    await count(work, delta("a", 1, 2), delta("b", 1, 1));
    const before = [await scheduleRow(db, "a"), await scheduleRow(db, "b")];
    const impossible = [
      ...[delta("b", -2, 0), delta("b", 0, -2), delta("b", 3, 0), delta("b", 0, 3), delta("b", 2, 1)],
      ...[delta("b", -2, 2), delta("b", 2, -2), delta("nothing", 1, 0), delta("B", 1, 0)],
    ];
    for (const each of impossible) await expect(count(work, delta("a", 1, 0), each)).rejects.toThrow(/cannot change/);
    expect([await scheduleRow(db, "a"), await scheduleRow(db, "b")]).toEqual(before);
    await count(work, delta("b", -1, 3));
  },

  "counts correctly and without deadlocks in any order of the schedules": async (work, { db }) => {
    const ids = ["a", "b", "c", "d"];
    await addSchedules(db, ...ids.map((id) => schedule(id, { seats: 40 })));
    let attempts = 0;
    const counting = (n: number) =>
      work.run((tx) => {
        attempts += 1;
        return tx.concerts.count((n % 2 === 0 ? ids : ids.toReversed()).map((id) => delta(id, 1, 1)));
      });
    await Promise.all(Array.from({ length: 20 }, (_, n) => counting(n)));
    for (const id of ids) expect(await scheduleRow(db, id)).toMatchObject({ held_seats: 20, reserved_seats: 20 });
    expect(attempts).toBe(20);
  },

  "reads a schedule with its counts and its first sell-out": async (work, { db }) => {
    const two = schedule("s", { seats: 2 });
    await addSchedules(db, two);
    expect(await stateOf(work)).toEqual({ schedule: two, counts: { held: 0, reserved: 0 }, soldOutAt: null });
    await count(work, delta("s", 1, 1));
    expect((await stateOf(work))?.counts).toEqual({ held: 1, reserved: 1 });
    await count(work, delta("s", -1, 1));
    await mark(work, "s", 5);
    await count(work, delta("s", 0, -1));
    expect(await stateOf(work)).toEqual({ schedule: two, counts: { held: 0, reserved: 1 }, soldOutAt: later(5) });
    expect(await stateOf(work, "S")).toBeUndefined();
  },

  "records the first sell-out only": async (work, { db }) => {
    await addSchedules(db, schedule("s"), schedule("t"));
    await mark(work, "s", 5);
    await expect(mark(work, "s", 9)).rejects.toThrow("already sold out");
    await expect(mark(work, "nothing", 9)).rejects.toThrow();
    expect(await scheduleRow(db, "s")).toMatchObject({ sold_out_at: later(5), score_policy: "unrated", score: null });
    expect(await scheduleRow(db, "t")).toMatchObject({ sold_out_at: null, score_policy: null });
  },

  // Proves: S1
  "lets one of two concurrent last payments see the sell-out": async (work, { db }) => {
    const ids = Array.from({ length: 20 }, (_, n) => `s${n}`);
    await addSchedules(db, ...ids.map((id) => schedule(id, { seats: 2 })));
    for (const id of ids) await count(work, delta(id, 2, 0));
    const pay = (id: string) =>
      work.run(async ({ concerts }) => {
        await concerts.count([delta(id, -1, 1)]);
        const state = await concerts.currentState(scheduleId(id));
        return state !== undefined && isFirstSellOut(state);
      });
    for (const id of ids) expect((await Promise.all([pay(id), pay(id)])).toSorted()).toEqual([false, true]);
  },
};

type Concerts = Partial<SqlConcertTable>;
/** The table with the methods of `wrong` instead of its own. */
const withWrong = (wrong: (right: SqlConcertTable, trx: BuildableStatements, meet: Meet) => Concerts) =>
  workWith((trx, meet) => {
    const right = new SqlConcertTable(trx);
    return { concerts: Object.assign(new SqlConcertTable(trx), wrong(right, trx, meet)) };
  });
const rowOf = (trx: BuildableStatements, id: string) => trx("schedules").where("schedule_id", id);
const countUnguarded = (trx: BuildableStatements, { scheduleId: id, held, reserved }: SeatDelta) =>
  rowOf(trx, id).increment({ held_seats: held, reserved_seats: reserved });

contractOnDatabases("ConcertTable", workOn, clauses, [
  {
    wrong: "overwrites an existing concert",
    breaks: "stores every field of a concert and a schedule, and adds one per id",
    make: withWrong((_, trx) => ({
      add: async ({ concertId: id, title }, at) => {
        await trx("concerts").insert({ concert_id: id, title, created_at: at }).onConflict("concert_id").merge();
        return true;
      },
    })),
  },
  {
    wrong: "counts without a guard",
    breaks: "rejects counts below 0 or above the seats, and then changes nothing",
    make: withWrong((_, trx) => ({
      count: async (deltas) => {
        for (const each of deltas) await countUnguarded(trx, each);
      },
    })),
  },
  {
    wrong: "guards each count, but not their sum",
    breaks: "rejects counts below 0 or above the seats, and then changes nothing",
    make: withWrong((_, trx) => ({
      count: async (deltas) => {
        for (const each of deltas) {
          const row = await rowOf(trx, each.scheduleId).first();
          const counts = [row?.held_seats + each.held, row?.reserved_seats + each.reserved];
          if (!counts.every((n) => n >= 0 && n <= row.seats)) throw new Error("a count is out of range");
          await countUnguarded(trx, each);
        }
      },
    })),
  },
  {
    wrong: "locks the schedules in the order of the request",
    breaks: "counts correctly and without deadlocks in any order of the schedules",
    make: withWrong((right, _, meet) => ({
      count: async ([first, ...others]) => {
        if (first === undefined) return;
        await right.count([first]);
        // Of the requests that start with the same schedule, one locks it and the others wait.
        await meet();
        for (const each of others) await right.count([each]);
      },
    })),
    only: "mysql",
  },
  {
    // Negative control: S1
    wrong: "reads the counts before it writes them",
    breaks: "lets one of two concurrent last payments see the sell-out",
    make: withWrong((_, trx, meet) => ({
      count: async (deltas) => {
        for (const { scheduleId: id, held, reserved } of deltas) {
          const row = await rowOf(trx, id).first();
          if (reserved > 0) await meet();
          await rowOf(trx, id).update({
            held_seats: row.held_seats + held,
            reserved_seats: row.reserved_seats + reserved,
          });
        }
      },
    })),
    only: "mysql",
  },
  {
    // Negative control: S1
    wrong: "counts held seats as reserved",
    breaks: "reads a schedule with its counts and its first sell-out",
    make: withWrong((right) => ({
      currentState: async (id) => {
        const state = await right.currentState(id);
        return state && { ...state, counts: { held: 0, reserved: state.counts.held + state.counts.reserved } };
      },
    })),
  },
  {
    // Negative control: S1
    wrong: "forgets the first sell-out when a seat is given back",
    breaks: "reads a schedule with its counts and its first sell-out",
    make: withWrong((right) => ({
      currentState: async (id) => {
        const state = await right.currentState(id);
        return state && { ...state, soldOutAt: isFirstSellOut({ ...state, soldOutAt: null }) ? state.soldOutAt : null };
      },
    })),
  },
  {
    wrong: "marks a sell-out twice",
    breaks: "records the first sell-out only",
    make: withWrong((_, trx) => ({
      markSoldOut: async ({ scheduleId: id, soldOutAt }) => {
        await rowOf(trx, id).update({ sold_out_at: soldOutAt, score_policy: "unrated" });
      },
    })),
  },
]);
