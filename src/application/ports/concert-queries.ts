import type { Concert, Reservation, Schedule, ScheduleState, SeatStatus } from "../../domain/concert.js";
import type { ConcertId, ReservationId, ScheduleId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

export type Seat = { readonly seatNo: number; readonly status: SeatStatus };

/** Plain reads of concerts, schedules and seats. Unreachable: `DomainError` `engine-unavailable`. */
export interface ConcertQueries {
  find(concertId: ConcertId): Promise<Concert | undefined>;
  /** A cursor that this list did not hand out: `undefined`. */
  list(cursor: string | null, limit: number): Promise<Page<Concert> | undefined>;
  /** A concert's schedules, oldest first; a bad cursor: `undefined`. */
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
  /** The reservation that is held or reserved on the seat, also where its time is over. */
  live(scheduleId: ScheduleId, seatNo: number): Promise<Reservation | undefined>;
  /** Holds that are over at `now` and that nobody is paying; oldest first. */
  overdueHolds(now: EpochMs, limit: number): Promise<readonly ReservationId[]>;
}
