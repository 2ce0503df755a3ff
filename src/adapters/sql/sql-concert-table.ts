import type { Knex } from "knex";
import type { ConcertTable, SeatDelta } from "../../application/ports/concert-table.js";
import type { Concert, Schedule } from "../../domain/concert.js";
import type { ConcertId, ScheduleId } from "../../domain/ids.js";
import type { SellOut } from "../../domain/sold-out.js";
import type { EpochMs } from "../../domain/time.js";
import { type ScheduleRecord, scheduleOf } from "./schedule-record.js";
import { isDuplicate } from "./sql-errors.js";

/** What a sell-out's policy is until it has been rated. */
export const unrated = "unrated";

/** Concerts and schedules, in one transaction. */
export class SqlConcertTable implements ConcertTable {
  private readonly trx: Knex.Transaction;

  constructor(trx: Knex.Transaction) {
    this.trx = trx;
  }

  add({ concertId, title }: Concert, at: EpochMs): Promise<boolean> {
    return this.insert("concerts", { concert_id: concertId, title, created_at: at });
  }

  async find(concertId: ConcertId): Promise<Concert | undefined> {
    const row = await this.trx("concerts").where("concert_id", concertId).first();
    return row && { concertId, title: row.title };
  }

  addSchedule(schedule: Schedule, at: EpochMs): Promise<boolean> {
    return this.insert("schedules", {
      schedule_id: schedule.scheduleId,
      concert_id: schedule.concertId,
      starts_at: schedule.startsAt,
      sales_open_at: schedule.salesOpenAt,
      seats: schedule.seats,
      price: schedule.price,
      created_at: at,
    });
  }

  async findSchedule(scheduleId: ScheduleId): Promise<Schedule | undefined> {
    const row: ScheduleRecord | undefined = await this.trx("schedules").where("schedule_id", scheduleId).first();
    return row && scheduleOf(row);
  }

  async count(deltas: readonly SeatDelta[]): Promise<void> {
    const inOrder = [...deltas].sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
    for (const { scheduleId, held, reserved } of inOrder) {
      const counted = await this.trx("schedules")
        .where("schedule_id", scheduleId)
        .andWhereRaw("held_seats + ? >= 0 AND reserved_seats + ? >= 0", [held, reserved])
        .andWhereRaw("held_seats + reserved_seats + ? <= seats", [held + reserved])
        .update({
          held_seats: this.trx.raw("held_seats + ?", [held]),
          reserved_seats: this.trx.raw("reserved_seats + ?", [reserved]),
        });
      if (counted !== 1)
        throw new Error(`schedule ${scheduleId}: its counts do not bear ${held} held, ${reserved} paid`);
    }
  }

  async isNewlySoldOut(scheduleId: ScheduleId): Promise<boolean> {
    const row = await this.trx("schedules")
      .where("schedule_id", scheduleId)
      .whereNull("sold_out_at")
      .andWhereRaw("reserved_seats = seats")
      .first("schedule_id");
    return row !== undefined;
  }

  async markSoldOut({ scheduleId, soldOutAt }: SellOut): Promise<void> {
    const marked = await this.trx("schedules")
      .where("schedule_id", scheduleId)
      .whereNull("sold_out_at")
      .update({ sold_out_at: soldOutAt, score_policy: unrated });
    if (marked !== 1) throw new Error(`schedule ${scheduleId} is sold out already`);
  }

  private async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      await this.trx(table).insert(row);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
}
