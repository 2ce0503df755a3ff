import type { ReservationTable } from "../../application/ports/reservation-table.js";
import type { Reservation } from "../../domain/concert.js";
import type { ReservationId } from "../../domain/ids.js";
import { insertIfNew, insertRows } from "./insert-rows.js";
import { type ReservationRecord, reservationOf, reservationRecordOf } from "./reservation-record.js";
import { lockRows } from "./statements.js";
import type { Statements } from "./transaction.js";

const fixedColumns = ["reservation_id", "schedule_id", "seat_no", "user_id", "price", "expires_at"] as const;
const changingColumns = ["status", "open_payment_id", "payment_id", "live", "due_at"] as const;
const columns = [...fixedColumns, ...changingColumns];
const valuesOf = (reservation: Reservation) => {
  const record = reservationRecordOf(reservation);
  return columns.map((column) => record[column]);
};

/** Reservations, in one transaction. */
export class SqlReservationTable implements ReservationTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add(reservation: Reservation): Promise<boolean> {
    return insertIfNew(this.trx, "reservations", reservationRecordOf(reservation));
  }

  async lock(reservationIds: readonly ReservationId[]): Promise<readonly Reservation[]> {
    const rows = await lockRows<ReservationRecord>(
      this.trx,
      "SELECT * FROM reservations WHERE reservation_id IN (?) ORDER BY reservation_id",
      [reservationIds],
    );
    return rows.map(reservationOf);
  }

  async save(reservations: readonly Reservation[]): Promise<void> {
    await insertRows(this.trx, "reservations", columns, reservations.map(valuesOf), {
      unique: "reservation_id",
      overwrite: changingColumns,
    });
  }
}
