import type { Reservation } from "../../domain/concert.js";
import type { ReservationId } from "../../domain/ids.js";

/** Reservations inside a transaction. A reservation changes only while its row is locked. */
export interface ReservationTable {
  /** Inserts the reservation. Returns `false` if its seat has a live reservation. */
  add(reservation: Reservation): Promise<boolean>;
  /** Locks the rows in id order, and reads those that exist. */
  lock(reservationIds: readonly ReservationId[]): Promise<readonly Reservation[]>;
  /** Writes the current state of locked reservations in one statement. */
  save(reservations: readonly Reservation[]): Promise<void>;
}
