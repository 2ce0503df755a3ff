import type { Concert, Schedule } from "../../domain/concert.js";
import type { ConcertId, ScheduleId } from "../../domain/ids.js";
import type { SellOut } from "../../domain/sold-out.js";
import type { EpochMs } from "../../domain/time.js";

/** How the counts of a schedule change. */
export type SeatDelta = { readonly scheduleId: ScheduleId; readonly held: number; readonly reserved: number };

/** Concerts and schedules inside a transaction. A schedule's row is the last to be locked, for all its buyers want it. */
export interface ConcertTable {
  /** `false` where the id is taken. */
  add(concert: Concert, at: EpochMs): Promise<boolean>;
  find(concertId: ConcertId): Promise<Concert | undefined>;
  /** `false` where the id is taken. */
  addSchedule(schedule: Schedule, at: EpochMs): Promise<boolean>;
  findSchedule(scheduleId: ScheduleId): Promise<Schedule | undefined>;
  /** Moves the counts, each guarded to lie within the seats, and so locks the rows, in id order. */
  count(deltas: readonly SeatDelta[]): Promise<void>;
  /** Whether every seat of the schedule, whose row is locked, is paid, and no sell-out stands yet. */
  isNewlySoldOut(scheduleId: ScheduleId): Promise<boolean>;
  /** Writes the sell-out into the schedule's row, where none stands. @throws Error where one does */
  markSoldOut(sellOut: SellOut): Promise<void>;
}
