import type { Reservation } from "../../domain/concert.js";
import type { ReservationId, ScheduleId } from "../../domain/ids.js";

/** Reservations inside a transaction; what is decided of one is decided while its row is locked. */
export interface ReservationTable {
  /** `false` where a live reservation has the seat. */
  add(reservation: Reservation): Promise<boolean>;
  /** The reservation that is held or reserved on the seat, its row locked. */
  lockLive(scheduleId: ScheduleId, seatNo: number): Promise<Reservation | undefined>;
  /** Locks the rows, in id order, and reads those that exist. */
  lock(reservationIds: readonly ReservationId[]): Promise<readonly Reservation[]>;
  /** Writes locked reservations as they stand now. */
  save(reservations: readonly Reservation[]): Promise<void>;
}
