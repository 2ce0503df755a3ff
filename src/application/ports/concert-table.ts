import type { Concert, Schedule, ScheduleState } from "../../domain/concert.js";
import type { ConcertId, ScheduleId } from "../../domain/ids.js";
import type { SellOut } from "../../domain/sold-out.js";
import type { EpochMs } from "../../domain/time.js";

/** A change of a schedule's counts. */
export type SeatDelta = { readonly scheduleId: ScheduleId; readonly held: number; readonly reserved: number };

/** Concerts and schedules inside a transaction. A schedule's row is locked last, because all its buyers need it. */
export interface ConcertTable {
  /** Returns `false` if the id is taken. */
  add(concert: Concert, at: EpochMs): Promise<boolean>;
  find(concertId: ConcertId): Promise<Concert | undefined>;
  /** Returns `false` if the id is taken. */
  addSchedule(schedule: Schedule, at: EpochMs): Promise<boolean>;
  findSchedule(scheduleId: ScheduleId): Promise<Schedule | undefined>;
  /** Changes the counts and so locks the rows, in id order. @throws Error if a count would leave the range 0…seats */
  count(deltas: readonly SeatDelta[]): Promise<void>;
  /** Reads the schedule with the counts as this transaction sees them. `count` has locked its row. */
  currentState(scheduleId: ScheduleId): Promise<ScheduleState | undefined>;
  /** Writes the sell-out to the schedule's row. @throws Error if the row has one */
  markSoldOut(sellOut: SellOut): Promise<void>;
}
