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
import { holdMs, scheduleId, seoul } from "../../support/concert-data.js";
import { noon, userId } from "../../support/coupon-data.js";
import { idempotencyKey } from "../../support/order-data.js";
import { workOn } from "../../support/table-work.js";

/** A clock that advances by 1 ms per reading, so that readings have an order. */
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

/** Opens the use cases of seats as one node. */
export const openSeatUseCases = (db: Database, clock: Clock, work: UnitOfWork = workOn(db)) => {
  const { holdSeat, startPayment, closePayment, cancelReservation, expireHolds } = openApplication(
    { ...testPorts(db, clock), work },
    { ...testSettings, zone: seoul, holdTtlMs: holdMs },
  );
  const node = {
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
      const reservation = await node.hold(schedule, seatNo, shopper);
      const payment = await node.begin(reservation);
      await node.close(payment);
      return { reservation, payment };
    },
    cancel: ({ reservationId, userId }: Reservation) => cancelReservation.execute(reservationId, userId),
    expire: () => expireHolds.execute(),
  };
  return node;
};

/** Returns `undefined` if the result is a problem with one of the codes. @throws any other error */
export const undefinedIf = async <T>(
  result: Promise<T>,
  ...codes: readonly DomainError["problem"]["code"][]
): Promise<T | undefined> => {
  try {
    return await result;
  } catch (error) {
    if (error instanceof DomainError && codes.includes(error.problem.code)) return undefined;
    throw error;
  }
};

/**
 * Repeats a call while it fails with `engine-unavailable`, as a client does after a 503. Here it fails when too many calls
 * wait for a connection.
 */
export const retryUnavailable = async <T>(call: () => Promise<T>): Promise<T> => {
  for (;;) {
    const result = await undefinedIf(
      call().then((value) => ({ value })),
      "engine-unavailable",
    );
    if (result !== undefined) return result.value;
  }
};

/** Waits for all results, also if one fails first, so that no write runs after the test. */
export const allOf = async <T>(results: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(results);
  return Promise.all(results);
};

/** Runs `each` `count` times, `batchSize` of them concurrently. */
export const inBatches = async (
  count: number,
  batchSize: number,
  each: (n: number) => Promise<unknown>,
): Promise<void> => {
  for (let from = 0; from < count; from += batchSize)
    await allOf(Array.from({ length: Math.min(batchSize, count - from) }, (_, n) => each(from + n)));
};

/** Reads all `schedule.sold-out` events. */
export const soldOutEvents = async (db: Database): Promise<readonly EventOf<"schedule.sold-out">[]> => {
  const payloads: readonly string[] = await db.knex("outbox").orderBy("id").pluck("payload");
  return payloads.map((payload) => JSON.parse(payload)).filter((event) => event.type === "schedule.sold-out");
};

/** Reads all rows of seats and payments. */
export const rowsOf = async ({ knex }: Database) => ({
  schedules: await knex("schedules").orderBy("schedule_id"),
  reservations: await knex("reservations").orderBy("reservation_id"),
  payments: await knex("payments").orderBy("payment_id"),
  outbox: await knex("outbox").orderBy("id"),
});

/**
 * Lists faults in the rows: a seat with two owners, a payment without a seat, a seat without a payment, and counts that
 * differ from the rows.
 */
export const faultsIn = async (db: Database): Promise<readonly string[]> => {
  const { schedules, reservations, payments } = await rowsOf(db);
  const reserved = reservations.filter((row) => row.status === "reserved");
  const seats = reserved.map((row) => `${row.schedule_id} ${row.seat_no}`);
  const paid = payments.filter((row) => row.status === "succeeded").map((row) => row.reservation_id);
  const counted = (schedule: string, status: string) =>
    reservations.filter((row) => row.schedule_id === schedule && row.status === status).length;
  return [
    ...seats.filter((seat, n) => seats.indexOf(seat) !== n).map((seat) => `two owners: ${seat}`),
    ...paid.filter((id, n) => paid.indexOf(id) !== n).map((id) => `paid twice: ${id}`),
    ...paid
      .filter((id) => !reserved.some((row) => row.reservation_id === id))
      .map((id) => `payment without seat: ${id}`),
    ...reserved
      .filter((row) => !paid.includes(row.reservation_id))
      .map((row) => `seat without payment: ${row.reservation_id}`),
    ...schedules
      .filter(({ schedule_id: id, held_seats, reserved_seats }) => {
        return held_seats !== counted(id, "held") || reserved_seats !== counted(id, "reserved");
      })
      .map((row) => `wrong count: ${row.schedule_id}, ${row.held_seats} held, ${row.reserved_seats} paid`),
  ];
};
