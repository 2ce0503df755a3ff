import { holdExpiryOf, isLive, type Reservation } from "../../domain/concert.js";
import type { PaymentId, ReservationId, ScheduleId, UserId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { EpochMs } from "../../domain/time.js";

/** A row of `reservations`. */
export type ReservationRecord = {
  readonly reservation_id: ReservationId;
  readonly schedule_id: ScheduleId;
  readonly seat_no: number;
  readonly user_id: UserId;
  readonly status: Reservation["status"];
  readonly price: Money;
  readonly open_payment_id: PaymentId | null;
  readonly payment_id: PaymentId | null;
  readonly expires_at: EpochMs;
  readonly live: 1 | null;
  readonly due_at: EpochMs | null;
};

export const reservationRecordOf = (reservation: Reservation): ReservationRecord => {
  const { status } = reservation;
  return {
    reservation_id: reservation.reservationId,
    schedule_id: reservation.scheduleId,
    seat_no: reservation.seatNo,
    user_id: reservation.userId,
    status,
    price: reservation.price,
    open_payment_id: status === "held" ? reservation.openPayment : null,
    payment_id: status === "reserved" ? reservation.paymentId : null,
    expires_at: reservation.expiresAt,
    live: isLive(reservation) ? 1 : null,
    due_at: holdExpiryOf(reservation),
  };
};

export const reservationOf = (row: ReservationRecord): Reservation => {
  const facts = {
    reservationId: row.reservation_id,
    scheduleId: row.schedule_id,
    seatNo: row.seat_no,
    userId: row.user_id,
    price: row.price,
    expiresAt: row.expires_at,
  };
  switch (row.status) {
    case "held":
      return { ...facts, status: "held", openPayment: row.open_payment_id };
    case "reserved":
      return { ...facts, status: "reserved", paymentId: row.payment_id as PaymentId };
    case "expired":
    case "cancelled":
      return { ...facts, status: row.status };
  }
};
