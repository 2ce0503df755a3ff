import type { Knex } from "knex";
import type { ReservationTable } from "../../application/ports/reservation-table.js";
import type { Reservation } from "../../domain/concert.js";
import type { ReservationId, ScheduleId } from "../../domain/ids.js";
import type { Dialect } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { type ReservationRecord, reservationOf, reservationRecordOf } from "./reservation-record.js";
import { isDuplicate } from "./sql-errors.js";

const fixedColumns = ["reservation_id", "schedule_id", "seat_no", "user_id", "price", "expires_at"] as const;
const changingColumns = ["status", "open_payment_id", "payment_id", "live", "due_at"] as const;
const columns = [...fixedColumns, ...changingColumns];
const valuesOf = (reservation: Reservation) => {
  const record = reservationRecordOf(reservation);
  return columns.map((column) => record[column]);
};

/** Reservations, in one transaction. */
export class SqlReservationTable implements ReservationTable {
  private readonly trx: Knex.Transaction;
  private readonly dialect: Dialect;

  constructor(trx: Knex.Transaction, dialect: Dialect) {
    this.trx = trx;
    this.dialect = dialect;
  }

  async add(reservation: Reservation): Promise<boolean> {
    try {
      await insertRows(this.trx, "reservations", columns, [valuesOf(reservation)]);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async lockLive(scheduleId: ScheduleId, seatNo: number): Promise<Reservation | undefined> {
    const [row] = await this.locked(
      this.trx("reservations").where({ schedule_id: scheduleId, seat_no: seatNo, live: 1 }),
    );
    return row && reservationOf(row);
  }

  async lock(reservationIds: readonly ReservationId[]): Promise<readonly Reservation[]> {
    const rows = await this.locked(
      this.trx("reservations").whereIn("reservation_id", reservationIds).orderBy("reservation_id"),
    );
    return rows.map(reservationOf);
  }

  async save(reservations: readonly Reservation[]): Promise<void> {
    await insertRows(this.trx, "reservations", columns, reservations.map(valuesOf), {
      unique: "reservation_id",
      overwrite: changingColumns,
    });
  }

  private async locked(rows: Knex.QueryBuilder): Promise<readonly ReservationRecord[]> {
    return this.dialect === "mysql" ? rows.forUpdate() : rows;
  }
}
