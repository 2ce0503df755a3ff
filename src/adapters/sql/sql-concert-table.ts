import type { ConcertTable, SeatDelta } from "../../application/ports/concert-table.js";
import type { Concert, Schedule, ScheduleState } from "../../domain/concert.js";
import type { ConcertId, ScheduleId } from "../../domain/ids.js";
import type { SellOut } from "../../domain/sold-out.js";
import type { EpochMs } from "../../domain/time.js";
import { insertIfNew } from "./insert-rows.js";
import { type ScheduleRecord, scheduleOf, stateOf } from "./schedule-record.js";
import { changeRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** The policy of a sell-out that has no score yet. */
export const unrated = "unrated";

/** Concerts and schedules, in one transaction. */
export class SqlConcertTable implements ConcertTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add({ concertId, title }: Concert, at: EpochMs): Promise<boolean> {
    return insertIfNew(this.trx, "concerts", { concert_id: concertId, title, created_at: at });
  }

  async find(concertId: ConcertId): Promise<Concert | undefined> {
    const sql = "SELECT title FROM concerts WHERE concert_id = ?";
    const [row] = await selectRows<{ title: string }>(this.trx, sql, [concertId]);
    return row && { concertId, title: row.title };
  }

  addSchedule(schedule: Schedule, at: EpochMs): Promise<boolean> {
    return insertIfNew(this.trx, "schedules", {
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
    const row = await this.row(scheduleId);
    return row && scheduleOf(row);
  }

  async count(deltas: readonly SeatDelta[]): Promise<void> {
    const inOrder = [...deltas].sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
    for (const { scheduleId, held, reserved } of inOrder) {
      const counted = await changeRows(
        this.trx,
        `UPDATE schedules SET held_seats = held_seats + ?, reserved_seats = reserved_seats + ?
         WHERE schedule_id = ? AND held_seats + ? >= 0 AND reserved_seats + ? >= 0
           AND held_seats + reserved_seats + ? <= seats`,
        [held, reserved, scheduleId, held, reserved, held + reserved],
      );
      if (counted !== 1)
        throw new Error(`schedule ${scheduleId}: its counts cannot change by ${held} held and ${reserved} reserved`);
    }
  }

  async currentState(scheduleId: ScheduleId): Promise<ScheduleState | undefined> {
    const row = await this.row(scheduleId);
    return row && stateOf(row);
  }

  async markSoldOut({ scheduleId, soldOutAt }: SellOut): Promise<void> {
    const marked = await changeRows(
      this.trx,
      "UPDATE schedules SET sold_out_at = ?, score_policy = ? WHERE schedule_id = ? AND sold_out_at IS NULL",
      [soldOutAt, unrated, scheduleId],
    );
    if (marked !== 1) throw new Error(`schedule ${scheduleId} is already sold out`);
  }

  private async row(scheduleId: ScheduleId): Promise<ScheduleRecord | undefined> {
    const sql = "SELECT * FROM schedules WHERE schedule_id = ?";
    return (await selectRows<ScheduleRecord>(this.trx, sql, [scheduleId]))[0];
  }
}
