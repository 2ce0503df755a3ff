import type { Knex } from "knex";
import { expect } from "vitest";
import { reservationRecordOf } from "../../src/adapters/sql/reservation-record.js";
import { SqlReservationTable } from "../../src/adapters/sql/sql-reservation-table.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { cancelReservation, type Reservation } from "../../src/domain/concert.js";
import {
  cancelled,
  expired,
  held,
  paying,
  reservationId,
  reserved,
  scheduleId,
  writeReservations,
} from "../support/concert-data.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon, rowsIn, userId } from "../support/coupon-data.js";
import { later, money } from "../support/order-data.js";
import { type BuildableStatements, type Meet, withoutLocks, workOn, workWith } from "../support/table-work.js";

const add = (work: UnitOfWork, reservation: Reservation) => work.run((tx) => tx.reservations.add(reservation));
const save = (work: UnitOfWork, ...reservations: readonly Reservation[]) =>
  work.run((tx) => tx.reservations.save(reservations));
const lock = (work: UnitOfWork, ...ids: readonly string[]) =>
  work.run((tx) => tx.reservations.lock(ids.map(reservationId)));

const clauses: Clauses<UnitOfWork> = {
  "stores every field of a reservation in every state": async (work) => {
    const extreme = held("a".repeat(64), 100_000, {
      scheduleId: scheduleId("S".repeat(64)),
      userId: userId(`'"\\?%;${"~".repeat(122)}`),
      price: money(1_000_000_000),
    });
    const [first, second] = [held("first", 1), held("second", 2, { price: money(0) })];
    const trails = [
      [extreme, paying(extreme, "p".repeat(64)), extreme, paying(extreme, "q")],
      [first, paying(first), reserved(first), cancelReservation(reserved(first), noon)],
      ...[
        [second, expired(second)],
        [held("third", 2), cancelled(held("third", 2))],
      ],
    ];
    for (const trail of trails)
      for (const [index, reservation] of trail.entries()) {
        if (index === 0) expect(await add(work, reservation)).toBe(true);
        else await save(work, reservation);
        expect(await lock(work, reservation.reservationId)).toEqual([reservation]);
      }
    expect(await lock(work, "nothing")).toEqual([]);
  },

  // Proves: P2
  "gives a seat to one of twenty concurrent requests": async (work, { db }) => {
    for (let seatNo = 1; seatNo <= 3; seatNo += 1) {
      const adding = Array.from({ length: 20 }, (_, n) => add(work, held(`r${seatNo}-${n}`, seatNo)));
      expect((await Promise.all(adding)).filter((added) => added)).toHaveLength(1);
    }
    expect(await rowsIn(db, "reservations")).toBe(3);
  },

  "rejects a seat that is held, being paid or reserved, and no other": async (work) => {
    for (const [index, as] of [(hold: ReturnType<typeof held>) => hold, paying, reserved].entries()) {
      await add(work, held(`r${index}`, index + 1));
      await save(work, as(held(`r${index}`, index + 1)));
      expect(await add(work, held(`late${index}`, index + 1))).toBe(false);
      expect(await lock(work, `late${index}`)).toEqual([]);
    }
    expect(await add(work, held("next", 4))).toBe(true);
    expect(await add(work, held("elsewhere", 1, { scheduleId: scheduleId("S") }))).toBe(true);
  },

  "continues a transaction in which a seat was rejected": async (work) => {
    await add(work, held("a", 1));
    await work.run(async ({ reservations }) => {
      expect(await reservations.add(held("b", 1))).toBe(false);
      expect(await reservations.add(held("b", 2))).toBe(true);
    });
    expect(await lock(work, "a", "b")).toEqual([held("a", 1), held("b", 2)]);
  },

  "gives a seat again each time it becomes free": async (work) => {
    for (const [index, end] of [expired, cancelled, expired, cancelled].entries()) {
      const hold = held(`r${index}`, 1);
      expect(await add(work, hold)).toBe(true);
      await save(work, end(hold));
    }
    const sold = reserved(held("sold", 1));
    expect(await add(work, held("sold", 1))).toBe(true);
    await save(work, sold);
    await save(work, cancelReservation(sold, noon));
    expect(await add(work, held("last", 1))).toBe(true);
    expect(await lock(work, "last")).toEqual([held("last", 1)]);
  },

  "locks the reservations that exist, in id order": async (work, { db }) => {
    await writeReservations(db, held("b", 1), held("C", 2), held("a", 3), held("d", 4));
    const locked = await lock(work, "b", "nothing", "C", "a", "b");
    expect(locked.map((each) => each.reservationId)).toEqual(["C", "a", "b"]);
    expect(await lock(work)).toEqual([]);
  },

  "writes the state of a reservation, and never its seat": async (work, { db }) => {
    await writeReservations(db, held("a", 1), held("b", 2));
    const forged = { seatNo: 9, scheduleId: scheduleId("t"), userId: userId("thief"), price: money(1) };
    await save(work, paying(held("a", 1, { ...forged, expiresAt: later(1) }), "p"));
    expect(await lock(work, "a", "b")).toEqual([paying(held("a", 1), "p"), held("b", 2)]);
    await save(work);
    expect(await rowsIn(db, "reservations")).toBe(2);
  },

  "writes 1,200 reservations, each with its own state": async (work, { db }) => {
    const ways = [paying, reserved, expired, cancelled, (hold: ReturnType<typeof held>) => hold];
    const holds = Array.from({ length: 1200 }, (_, n) => held(`r${String(n).padStart(4, "0")}`, n + 1));
    await writeReservations(db, ...holds);
    const moved = holds.map((hold, n) => ways[n % ways.length]?.(hold) ?? hold);
    await save(work, ...moved.toReversed());
    expect(await lock(work, ...holds.map((hold) => hold.reservationId))).toEqual(moved);
  },

  "lets one transaction at a time change a reservation": async (work, { db }) => {
    await writeReservations(db, held("a", 1), held("b", 2));
    const decide = (n: number) =>
      work.run(async ({ reservations }) => {
        const ids = (n % 2 === 0 ? ["a", "b"] : ["b", "a"]).map(reservationId);
        const [first, second] = await reservations.lock(ids);
        if (first?.status !== "held" || second?.status !== "held") return 0;
        // Without a lock, another transaction would run here.
        await reservations.lock([reservationId("nothing")]);
        await reservations.save([expired(first), cancelled(second)]);
        return 1;
      });
    const decided = await Promise.all(Array.from({ length: 10 }, (_, n) => decide(n)));
    expect(decided.reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  },
};

type Reservations = Partial<SqlReservationTable>;
/** The table with some methods replaced. */
const withWrong = (wrong: (right: SqlReservationTable, trx: BuildableStatements, meet: Meet) => Reservations) =>
  workWith((trx, meet) => {
    const right = new SqlReservationTable(trx);
    return { reservations: Object.assign(new SqlReservationTable(trx), wrong(right, trx, meet)) };
  });
const rowOf = (trx: BuildableStatements, id: string) => trx("reservations").where("reservation_id", id);
const withoutTheKey = (knex: Knex) =>
  knex.schema.alterTable("reservations", (table) => table.dropUnique([], "reservations_one_live_a_seat"));

contractOnDatabases("ReservationTable", workOn, clauses, [
  {
    // Negative control: P2
    wrong: "counts live reservations before it inserts",
    breaks: "gives a seat to one of twenty concurrent requests",
    make: withWrong((_, trx, meet) => ({
      add: async (reservation) => {
        const { scheduleId: schedule_id, seatNo: seat_no } = reservation;
        const [taken] = await trx("reservations").where({ schedule_id, seat_no, live: 1 }).count({ n: "*" });
        if (Number(taken?.n) > 0) return false;
        await meet();
        await trx("reservations").insert(reservationRecordOf(reservation));
        return true;
      },
    })),
    spoil: ({ knex }) => withoutTheKey(knex),
    only: "mysql",
  },
  {
    // Negative control: P2
    wrong: "has no unique key",
    breaks: "rejects a seat that is held, being paid or reserved, and no other",
    make: workOn,
    spoil: ({ knex }) => withoutTheKey(knex),
  },
  {
    wrong: "gives a seat only once",
    breaks: "gives a seat again each time it becomes free",
    make: withWrong((right, trx) => ({
      save: async (reservations) => {
        await right.save(reservations);
        for (const each of reservations) await rowOf(trx, each.reservationId).update({ live: 1 });
      },
    })),
  },
  {
    wrong: "does not store the open payment",
    breaks: "stores every field of a reservation in every state",
    make: withWrong((right) => ({
      save: (all) => right.save(all.map((each) => (each.status === "held" ? { ...each, openPayment: null } : each))),
    })),
  },
  {
    wrong: "writes all fields of a reservation",
    breaks: "writes the state of a reservation, and never its seat",
    make: withWrong((_, trx) => ({
      save: async (all) => {
        for (const each of all) await rowOf(trx, each.reservationId).update(reservationRecordOf(each));
      },
    })),
  },
  {
    wrong: "writes the state of the first reservation to all",
    breaks: "writes 1,200 reservations, each with its own state",
    make: withWrong((right) => ({
      save: (all) => right.save(all.map(({ reservationId }) => ({ ...all[0], reservationId }) as Reservation)),
    })),
  },
  {
    wrong: "reads reservations without a lock",
    breaks: "lets one transaction at a time change a reservation",
    make: withWrong((_, trx, meet) => ({
      lock: async (ids) => {
        const found = await new SqlReservationTable(withoutLocks(trx)).lock(ids);
        if (found.length > 0) await meet();
        return found;
      },
    })),
    only: "mysql",
  },
]);
