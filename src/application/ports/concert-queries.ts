import type { Concert, Reservation, Schedule, ScheduleState, SeatStatus } from "../../domain/concert.js";
import type { ConcertId, ReservationId, ScheduleId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

export type Seat = { readonly seatNo: number; readonly status: SeatStatus };

/** Reads of concerts, schedules and seats outside transactions. @throws DomainError `engine-unavailable` */
export interface ConcertQueries {
  find(concertId: ConcertId): Promise<Concert | undefined>;
  /** Returns a page of concerts, oldest first; `undefined` if the cursor is invalid. */
  list(cursor: string | null, limit: number): Promise<Page<Concert> | undefined>;
  /** Returns a page of a concert's schedules, oldest first; `undefined` if the cursor is invalid. */
  schedules(
    concertId: ConcertId,
    now: EpochMs,
    cursor: string | null,
    limit: number,
  ): Promise<Page<ScheduleState> | undefined>;
  /** Counted without looking at each seat. */
  schedule(scheduleId: ScheduleId, now: EpochMs): Promise<ScheduleState | undefined>;
  /** The seats by number; a bad cursor: `undefined`. */
  seats(schedule: Schedule, now: EpochMs, cursor: string | null, limit: number): Promise<Page<Seat> | undefined>;
  reservation(reservationId: ReservationId): Promise<Reservation | undefined>;
  /** Returns the live reservation of a seat: held (also past its expiry) or reserved. */
  live(scheduleId: ScheduleId, seatNo: number): Promise<Reservation | undefined>;
  /** Returns holds that are past their expiry at `now` without an open payment, the oldest expiry first, after the first `skip`. */
  expiredHolds(now: EpochMs, limit: number, skip?: number): Promise<readonly ReservationId[]>;
}
