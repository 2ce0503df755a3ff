import type { Knex } from "knex";
import type { ConcertQueries, Seat } from "../../application/ports/concert-queries.js";
import type { Page } from "../../application/ports/page.js";
import {
  type Concert,
  type Reservation,
  type Schedule,
  type ScheduleState,
  seatStatusAt,
} from "../../domain/concert.js";
import type { ConcertId, ReservationId, ScheduleId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { decodeCursor, encodeCursor, type List, readPage } from "./cursor.js";
import { type Database, read } from "./database.js";
import { type ReservationRecord, reservationOf } from "./reservation-record.js";
import { type ScheduleRecord, stateOf } from "./schedule-record.js";

type ConcertRecord = { readonly concert_id: ConcertId; readonly title: string; readonly created_at: EpochMs };
type CountedRecord = ScheduleRecord & { readonly expired_holds: number | string };

const concertOf = ({ concert_id: concertId, title }: ConcertRecord): Concert => ({ concertId, title });

/** Returns the state without the holds that have expired. */
const stateNowOf = (row: CountedRecord): ScheduleState =>
  stateOf({ ...row, held_seats: row.held_seats - Number(row.expired_holds) });

const concerts: List = { name: "concerts", order: { created_at: "number", concert_id: "string" } };
const schedules: List = { name: "schedules", order: { created_at: "number", schedule_id: "string" } };

/** Reads of concerts, schedules, seats and reservations. */
export class SqlConcertQueries implements ConcertQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async find(concertId: ConcertId): Promise<Concert | undefined> {
    const row = await read<ConcertRecord | undefined>(this.db.knex("concerts").where("concert_id", concertId).first());
    return row && concertOf(row);
  }

  list(cursor: string | null, limit: number): Promise<Page<Concert> | undefined> {
    return readPage<ConcertRecord, Concert>(this.db.knex("concerts"), concerts, cursor, limit, concertOf);
  }

  schedules(
    concertId: ConcertId,
    now: EpochMs,
    cursor: string | null,
    limit: number,
  ): Promise<Page<ScheduleState> | undefined> {
    const rows = this.counted(now).where("concert_id", concertId);
    return readPage(rows, schedules, cursor, limit, stateNowOf);
  }

  async schedule(scheduleId: ScheduleId, now: EpochMs): Promise<ScheduleState | undefined> {
    const row = await read<CountedRecord | undefined>(
      this.counted(now).where("schedules.schedule_id", scheduleId).first(),
    );
    return row && stateNowOf(row);
  }

  /** Seats have no rows: only the live reservations of the page's numbers are read. */
  async seats(schedule: Schedule, now: EpochMs, cursor: string | null, limit: number): Promise<Page<Seat> | undefined> {
    const order = cursor === null ? [0] : decodeCursor("seats", cursor, ["number"]);
    const [last] = order ?? [];
    if (!Number.isInteger(last) || Number(last) < 0 || Number(last) > schedule.seats) return undefined;
    const first = Number(last) + 1;
    const numbers = Array.from(
      { length: Math.min(limit, Math.max(0, schedule.seats - first + 1)) },
      (_, n) => first + n,
    );
    const live = await read<ReservationRecord[]>(
      this.db
        .knex("reservations")
        .where({ schedule_id: schedule.scheduleId, live: 1 })
        .whereBetween("seat_no", [first, first + limit - 1]),
    );
    const taken = new Map(live.map(reservationOf).map((reservation) => [reservation.seatNo, reservation]));
    const greatest = numbers.at(-1) ?? schedule.seats;
    return {
      items: numbers.map((seatNo) => ({ seatNo, status: seatStatusAt(taken.get(seatNo), now) })),
      next: greatest < schedule.seats ? encodeCursor("seats", greatest) : null,
    };
  }

  async reservation(reservationId: ReservationId): Promise<Reservation | undefined> {
    const row = await read<ReservationRecord | undefined>(
      this.db.knex("reservations").where("reservation_id", reservationId).first(),
    );
    return row && reservationOf(row);
  }

  async live(scheduleId: ScheduleId, seatNo: number): Promise<Reservation | undefined> {
    const row = await read<ReservationRecord | undefined>(
      this.db.knex("reservations").where({ schedule_id: scheduleId, seat_no: seatNo, live: 1 }).first(),
    );
    return row && reservationOf(row);
  }

  async expiredHolds(now: EpochMs, limit: number, skip = 0): Promise<readonly ReservationId[]> {
    const due = this.db
      .knex("reservations")
      .select("reservation_id")
      .where("due_at", "<=", now)
      .orderBy(["due_at", "reservation_id"])
      .limit(limit)
      .offset(skip);
    return (await read<Pick<ReservationRecord, "reservation_id">[]>(due)).map(({ reservation_id }) => reservation_id);
  }

  private counted(now: EpochMs): Knex.QueryBuilder {
    const { knex } = this.db;
    const expired_holds = knex("reservations")
      .count("*")
      .whereRaw("reservations.schedule_id = schedules.schedule_id")
      .andWhere("due_at", "<=", now);
    return knex("schedules").select("schedules.*", { expired_holds });
  }
}
