import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { BusinessWeek, TimeZone } from "../../src/domain/business-day.js";
import * as seat from "../../src/domain/concert.js";
import type { ConcertId, ReservationId, ScheduleId } from "../../src/domain/ids.js";
import { type Board, type SellOut, weeklyBoard } from "../../src/domain/sold-out.js";
import type { EpochMs } from "../../src/domain/time.js";
import { noon, userId } from "./coupon-data.js";
import { later, money, paymentId } from "./order-data.js";

export const concertId = (id: string) => id as ConcertId;
export const scheduleId = (id: string) => id as ScheduleId;
export const reservationId = (id: string) => id as ReservationId;

export const seoul = "Asia/Seoul" as TimeZone;
export const week = (name: string): Board => weeklyBoard(name as BusinessWeek, seoul);

/** Time from a hold to its expiry. */
export const holdMs = 60_000;

export const concert = (id: string, title = `Concert ${id}`): seat.Concert => ({ concertId: concertId(id), title });

/** A schedule of the concert `c`: four seats at 50,000 each, on sale from noon, except for `facts`. */
export const schedule = (id: string, facts: Partial<seat.Schedule> = {}): seat.Schedule => ({
  scheduleId: scheduleId(id),
  concertId: concertId("c"),
  startsAt: later(86_400_000),
  salesOpenAt: noon,
  seats: 4,
  price: money(50_000),
  ...facts,
});

/** Adds schedules, and their concerts if they do not exist. */
export const addSchedules = (db: Database, ...schedules: readonly seat.Schedule[]): Promise<void> =>
  new SqlUnitOfWork(db, () => {}).run(async (tx) => {
    for (const each of schedules) {
      await tx.concerts.add(concert(each.concertId), noon);
      if (!(await tx.concerts.addSchedule(each, noon))) throw new Error(`schedule ${each.scheduleId} exists already`);
    }
  });

/** A hold from noon on a seat of schedule `s`, whose shopper is `<id>-shopper`, except for `facts`. */
export const held = (id: string, seatNo: number, facts: Partial<seat.HeldSeat> = {}): seat.HeldSeat => ({
  reservationId: reservationId(id),
  scheduleId: scheduleId("s"),
  seatNo,
  userId: userId(`${id}-shopper`),
  price: money(50_000),
  expiresAt: later(holdMs),
  status: "held",
  openPayment: null,
  ...facts,
});

/** The same reservation after further steps. */
export const paying = (hold: seat.HeldSeat, by = `${hold.reservationId}-payment`): seat.HeldSeat =>
  seat.startSeatPayment(hold, paymentId(by), hold.price, noon);
export const reserved = (hold: seat.HeldSeat): seat.ReservedSeat => {
  const paid = paying(hold);
  return seat.reserveSeat(paid, paid.openPayment ?? paymentId("none"));
};
export const expired = (hold: seat.HeldSeat): seat.Reservation => seat.expireHold(hold, hold.expiresAt);
export const cancelled = (hold: seat.HeldSeat): seat.Reservation => seat.cancelReservation(hold, noon);

/** Writes the current state of reservations, without the schedules' counts. */
export const writeReservations = (db: Database, ...reservations: readonly seat.Reservation[]): Promise<void> =>
  new SqlUnitOfWork(db, () => {}).run((tx) => tx.reservations.save(reservations));

/** The row of a schedule. */
export const scheduleRow = async (db: Database, id: string): Promise<Readonly<Record<string, unknown>>> =>
  db.knex("schedules").where("schedule_id", id).first();

/** The sell-out of a schedule of concert `c`, `elapsed` ms after its opening at noon, except for `facts`. */
export const sold = (id: string, elapsed: number, facts: Partial<SellOut> = {}): SellOut => {
  const { concertId, scheduleId, seats, salesOpenAt } = schedule(id, facts);
  return { concertId, scheduleId, seats, salesOpenAt, soldOutAt: (salesOpenAt + elapsed) as EpochMs, ...facts };
};

/** Adds one schedule per sell-out, and records the sell-outs as payments do. */
export const sellOut = async (db: Database, ...sellOuts: readonly SellOut[]): Promise<void> => {
  const schedules = sellOuts.map(({ soldOutAt: _, ...facts }) => schedule(facts.scheduleId, facts));
  await addSchedules(db, ...schedules);
  await new SqlUnitOfWork(db, () => {}).run(async (tx) => {
    for (const each of sellOuts) {
      await tx.concerts.count([{ scheduleId: each.scheduleId, held: 0, reserved: each.seats }]);
      await tx.concerts.markSoldOut(each);
    }
  });
};
