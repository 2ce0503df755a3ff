import type { ConcertId, PaymentId, ReservationId, ScheduleId, UserId } from "./ids.js";
import type { Money } from "./money.js";
import { DomainError } from "./problem.js";
import { type EpochMs, toInstant } from "./time.js";

export type Concert = { readonly concertId: ConcertId; readonly title: string };

/** One performance of a concert. Its seats are numbered from 1 to `seats`. */
export type Schedule = {
  readonly scheduleId: ScheduleId;
  readonly concertId: ConcertId;
  readonly startsAt: EpochMs;
  readonly salesOpenAt: EpochMs;
  readonly seats: number;
  readonly price: Money;
};

/** How many seats are taken. Expired holds do not count, even before the sweeper has expired them. */
export type SeatCounts = { readonly held: number; readonly reserved: number };

/** A schedule with its current counts. Its first sell-out stays, even if a seat is given back later. */
export type ScheduleState = {
  readonly schedule: Schedule;
  readonly counts: SeatCounts;
  readonly soldOutAt: EpochMs | null;
};

type ReservationFacts = {
  readonly reservationId: ReservationId;
  readonly scheduleId: ScheduleId;
  readonly seatNo: number;
  readonly userId: UserId;
  readonly price: Money;
  readonly expiresAt: EpochMs;
};
export type HeldSeat = ReservationFacts & {
  readonly status: "held";
  /** The mark of the open payment. While it is set, no other payment, no expiry and no cancellation is possible. */
  readonly openPayment: PaymentId | null;
};
export type ReservedSeat = ReservationFacts & { readonly status: "reserved"; readonly paymentId: PaymentId };
export type EndedReservation = ReservationFacts & { readonly status: "expired" | "cancelled" };
export type Reservation = HeldSeat | ReservedSeat | EndedReservation;

/** Returns when a hold expires, or `null` for a hold with an open payment and for any other reservation. */
export const holdExpiryOf = (reservation: Reservation): EpochMs | null =>
  reservation.status === "held" && reservation.openPayment === null ? reservation.expiresAt : null;

/** Returns whether a hold is past its expiry without an open payment, so that its seat is free. */
export const isExpiredHold = (reservation: Reservation, now: EpochMs): boolean => {
  const expiry = holdExpiryOf(reservation);
  return expiry !== null && now >= expiry;
};

/** Returns whether the reservation occupies its seat in the database, where one live reservation per seat is allowed. */
export const isLive = ({ status }: Reservation): boolean => status === "held" || status === "reserved";

export type SeatStatus = "available" | "held" | "reserved";

/** Returns the status of a seat, given its live reservation. */
export const seatStatusAt = (reservation: Reservation | undefined, now: EpochMs): SeatStatus => {
  if (reservation === undefined || isExpiredHold(reservation, now)) return "available";
  return reservation.status === "reserved" ? "reserved" : "held";
};

/** Returns the status that the shopper sees. */
export const statusAt = (reservation: Reservation, now: EpochMs): Reservation["status"] =>
  isExpiredHold(reservation, now) ? "expired" : reservation.status;

/** @throws DomainError `seat-not-found` if the schedule has no such seat; `sales-not-open` before its sales open */
export const expectOnSale = ({ scheduleId, seats, salesOpenAt }: Schedule, seatNo: number, now: EpochMs): void => {
  if (seatNo > seats) throw new DomainError({ code: "seat-not-found", scheduleId, seatNo, seats });
  if (now < salesOpenAt)
    throw new DomainError({ code: "sales-not-open", scheduleId, salesOpenAt: toInstant(salesOpenAt) });
};

/** Returns whether two requests for schedules are the same. */
export const sameSchedule = (a: Schedule, b: Schedule): boolean =>
  a.scheduleId === b.scheduleId &&
  a.concertId === b.concertId &&
  a.startsAt === b.startsAt &&
  a.salesOpenAt === b.salesOpenAt &&
  a.seats === b.seats &&
  a.price === b.price;

const expiredOrCancelled = ({ reservationId, status, expiresAt }: Reservation) =>
  new DomainError({
    code: "reservation-expired",
    cause: status === "cancelled" ? "cancelled" : "expired",
    reservationId,
    expiresAt: toInstant(expiresAt),
  });

const paymentInProgress = (paymentId: PaymentId) => new DomainError({ code: "payment-in-progress", paymentId });

/**
 * Sets the mark of a payment on the hold.
 * @throws DomainError `already-paid`, `reservation-expired`, `payment-in-progress`, `amount-mismatch`
 */
export const startSeatPayment = (
  reservation: Reservation,
  paymentId: PaymentId,
  amount: Money,
  now: EpochMs,
): HeldSeat => {
  if (reservation.status === "reserved")
    throw new DomainError({ code: "already-paid", paymentId: reservation.paymentId });
  if (reservation.status !== "held") throw expiredOrCancelled(reservation);
  if (reservation.openPayment !== null) throw paymentInProgress(reservation.openPayment);
  if (isExpiredHold(reservation, now)) throw expiredOrCancelled(reservation);
  if (amount !== reservation.price)
    throw new DomainError({ code: "amount-mismatch", amount: reservation.price, sent: amount });
  return { ...reservation, openPayment: paymentId };
};

/** Reserves the seat. @throws DomainError `impossible-transition` if the hold does not carry the payment's mark */
export const reserveSeat = (reservation: Reservation, paymentId: PaymentId): ReservedSeat => {
  if (reservation.status === "reserved" && reservation.paymentId === paymentId) return reservation;
  if (reservation.status !== "held" || reservation.openPayment !== paymentId)
    throw new DomainError({ code: "impossible-transition", from: reservation.status, step: "reserve" });
  const { openPayment: _, ...facts } = reservation;
  return { ...facts, status: "reserved", paymentId };
};

/** Clears the mark of a declined or voided payment. A hold past its expiry then expires. */
export const releaseSeatPayment = (reservation: Reservation, paymentId: PaymentId, now: EpochMs): Reservation => {
  if (reservation.status !== "held" || reservation.openPayment !== paymentId) return reservation;
  return expireHold({ ...reservation, openPayment: null }, now);
};

/** Expires a hold that is past its expiry without an open payment. Any other reservation does not change. */
export const expireHold = (reservation: Reservation, now: EpochMs): Reservation => {
  if (reservation.status !== "held" || !isExpiredHold(reservation, now)) return reservation;
  const { openPayment: _, ...facts } = reservation;
  return { ...facts, status: "expired" };
};

/** Cancels a reservation on behalf of its shopper. @throws DomainError `reservation-expired`, `payment-in-progress` */
export const cancelReservation = (reservation: Reservation, now: EpochMs): EndedReservation => {
  if (reservation.status === "cancelled") return reservation;
  if (statusAt(reservation, now) === "expired") throw expiredOrCancelled(reservation);
  if (reservation.status === "held" && reservation.openPayment !== null)
    throw paymentInProgress(reservation.openPayment);
  const { reservationId, scheduleId, seatNo, userId, price, expiresAt } = reservation;
  return { reservationId, scheduleId, seatNo, userId, price, expiresAt, status: "cancelled" };
};
