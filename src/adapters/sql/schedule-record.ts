import type { Schedule, ScheduleState } from "../../domain/concert.js";
import type { ConcertId, ScheduleId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { SellOut } from "../../domain/sold-out.js";
import type { EpochMs } from "../../domain/time.js";

/** A row of `schedules`. */
export type ScheduleRecord = {
  readonly schedule_id: ScheduleId;
  readonly concert_id: ConcertId;
  readonly starts_at: EpochMs;
  readonly sales_open_at: EpochMs;
  readonly seats: number;
  readonly price: Money;
  readonly held_seats: number;
  readonly reserved_seats: number;
  readonly created_at: EpochMs;
  readonly sold_out_at: EpochMs | null;
};

export const scheduleOf = (row: ScheduleRecord): Schedule => ({
  scheduleId: row.schedule_id,
  concertId: row.concert_id,
  startsAt: row.starts_at,
  salesOpenAt: row.sales_open_at,
  seats: row.seats,
  price: row.price,
});

export const stateOf = (row: ScheduleRecord): ScheduleState => ({
  schedule: scheduleOf(row),
  counts: { held: row.held_seats, reserved: row.reserved_seats },
  soldOutAt: row.sold_out_at,
});

/** Returns the sell-out of a schedule that is sold out. */
export const sellOutOf = (row: ScheduleRecord): SellOut => ({
  concertId: row.concert_id,
  scheduleId: row.schedule_id,
  seats: row.seats,
  salesOpenAt: row.sales_open_at,
  soldOutAt: row.sold_out_at as EpochMs,
});
