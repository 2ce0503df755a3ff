import type { Database } from "../../../src/adapters/sql/database.js";
import type { Clock } from "../../../src/application/ports/clock.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { openApplication } from "../../../src/bootstrap/open-application.js";
import type { Reservation } from "../../../src/domain/concert.js";
import type { EventOf } from "../../../src/domain/event.js";
import type { Payment, Verdict } from "../../../src/domain/payment.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { testPorts, testSettings } from "../../support/application.js";
import { holdMs, scheduleId, seoul } from "../../support/concert.js";
import { noon, userId } from "../../support/drop.js";
import { idempotencyKey } from "../../support/order.js";
import { workOn } from "../../support/table-work.js";

/** A clock of which no two readings are the same, so that it tells what came before what. */
export const tickingClock = (): Clock & { last: EpochMs } => {
  const clock = {
    last: noon,
    now: () => {
      clock.last = (clock.last + 1) as EpochMs;
      return clock.last;
    },
  };
  return clock;
};

/** The use cases by which seats are held, paid and given back, on a node of its own. */
export const openBoxOffice = (db: Database, clock: Clock, work: UnitOfWork = workOn(db)) => {
  const { holdSeat, startPayment, closePayment, cancelReservation, expireHolds } = openApplication(
    { ...testPorts(db, clock), work },
    { ...testSettings, zone: seoul, holdTtlMs: holdMs },
  );
  const office = {
    hold: async (schedule: string, seatNo: number, shopper: string) =>
      (await holdSeat.execute(scheduleId(schedule), seatNo, userId(shopper))).reservation,
    /** Starts a payment whose key is the reservation's id. */
    begin: async ({ reservationId, userId, price }: Reservation) => {
      const subject = { kind: "reservation", reservationId } as const;
      const request = { userId, key: idempotencyKey(reservationId), subject, amount: price };
      return (await startPayment.execute({ ...request, method: "sandbox-ok" })).payment;
    },
    close: async (payment: Payment, verdict: Verdict = "captured") =>
      (await closePayment.execute(payment, verdict)).payment,
    buy: async (schedule: string, seatNo: number, shopper: string) => {
      const reservation = await office.hold(schedule, seatNo, shopper);
      const payment = await office.begin(reservation);
      await office.close(payment);
      return { reservation, payment };
    },
    cancel: ({ reservationId, userId }: Reservation) => cancelReservation.execute(reservationId, userId),
    expire: () => expireHolds.execute(),
  };
  return office;
};

/** What a refusal that is expected answers: `undefined`. @throws any other error */
export const unlessRefused = async <T>(
  asked: Promise<T>,
  ...codes: readonly DomainError["problem"]["code"][]
): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError && codes.includes(error.problem.code)) return undefined;
    throw error;
  }
};

/** Asks again while too many are waiting for a connection, as whoever gets a 503 does. */
export const insisting = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (;;) {
    const answer = await unlessRefused(
      ask().then((value) => ({ value })),
      "engine-unavailable",
    );
    if (answer !== undefined) return answer.value;
  }
};

/** Waits for the last of them, also where one fails before: a suite must not go on while something is still written. */
export const allOf = async <T>(asked: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(asked);
  return Promise.all(asked);
};

/** Does a thing `count` times, `atOnce` of them at once. */
export const inBatches = async (
  count: number,
  atOnce: number,
  each: (n: number) => Promise<unknown>,
): Promise<void> => {
  for (let from = 0; from < count; from += atOnce)
    await allOf(Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => each(from + n)));
};

/** Every `schedule.sold-out` that was told. */
export const soldOutEvents = async (db: Database): Promise<readonly EventOf<"schedule.sold-out">[]> => {
  const payloads: readonly string[] = await db.knex("outbox").orderBy("id").pluck("payload");
  return payloads.map((payload) => JSON.parse(payload)).filter((event) => event.type === "schedule.sold-out");
};

/** All that the database says of seats and their money. */
export const booksOf = async ({ knex }: Database) => ({
  schedules: await knex("schedules").orderBy("schedule_id"),
  reservations: await knex("reservations").orderBy("reservation_id"),
  payments: await knex("payments").orderBy("payment_id"),
  outbox: await knex("outbox").orderBy("id"),
});

/**
 * What is wrong with the books, one line each: a seat with two owners, money without a seat or a seat without money,
 * and counts that are not those of the rows.
 */
export const faultsInBooks = async (db: Database): Promise<readonly string[]> => {
  const { schedules, reservations, payments } = await booksOf(db);
  const reserved = reservations.filter((row) => row.status === "reserved");
  const seats = reserved.map((row) => `${row.schedule_id} ${row.seat_no}`);
  const paid = payments.filter((row) => row.status === "succeeded").map((row) => row.reservation_id);
  const counted = (schedule: string, status: string) =>
    reservations.filter((row) => row.schedule_id === schedule && row.status === status).length;
  return [
    ...seats.filter((seat, n) => seats.indexOf(seat) !== n).map((seat) => `two owners: ${seat}`),
    ...paid.filter((id, n) => paid.indexOf(id) !== n).map((id) => `paid twice: ${id}`),
    ...paid.filter((id) => !reserved.some((row) => row.reservation_id === id)).map((id) => `money for nothing: ${id}`),
    ...reserved.filter((row) => !paid.includes(row.reservation_id)).map((row) => `for nothing: ${row.reservation_id}`),
    ...schedules
      .filter(({ schedule_id: id, held_seats, reserved_seats }) => {
        return held_seats !== counted(id, "held") || reserved_seats !== counted(id, "reserved");
      })
      .map((row) => `miscounted: ${row.schedule_id}, ${row.held_seats} held, ${row.reserved_seats} paid`),
  ];
};
