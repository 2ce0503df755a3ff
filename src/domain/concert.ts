import type { ConcertId, PaymentId, ReservationId, ScheduleId, UserId } from "./ids.js";
import type { Money } from "./money.js";
import { DomainError } from "./problem.js";
import { type EpochMs, toInstant } from "./time.js";

export type Concert = { readonly concertId: ConcertId; readonly title: string };

/** One evening of a concert; its seats are numbered 1…seats. */
export type Schedule = {
  readonly scheduleId: ScheduleId;
  readonly concertId: ConcertId;
  readonly startsAt: EpochMs;
  readonly salesOpenAt: EpochMs;
  readonly seats: number;
  readonly price: Money;
};

/** How many seats are taken; holds that are over count as free at once, whoever tidies them later. */
export type SeatCounts = { readonly held: number; readonly reserved: number };

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
  /** While it is there, nothing expires, cancels or pays the hold but this payment. */
  readonly openPayment: PaymentId | null;
};
export type ReservedSeat = ReservationFacts & { readonly status: "reserved"; readonly paymentId: PaymentId };
export type EndedReservation = ReservationFacts & { readonly status: "expired" | "cancelled" };
export type Reservation = HeldSeat | ReservedSeat | EndedReservation;

/** A hold whose time is over and that nobody is paying: free for whoever comes next. */
export const isOver = (reservation: Reservation, now: EpochMs): boolean =>
  reservation.status === "held" && reservation.openPayment === null && now >= reservation.expiresAt;

/** The status that its shopper sees. */
export const statusAt = (reservation: Reservation, now: EpochMs): Reservation["status"] =>
  isOver(reservation, now) ? "expired" : reservation.status;

/** Two requests under one id ask for the same thing. */
export const sameSchedule = (a: Schedule, b: Schedule): boolean =>
  a.scheduleId === b.scheduleId &&
  a.concertId === b.concertId &&
  a.startsAt === b.startsAt &&
  a.salesOpenAt === b.salesOpenAt &&
  a.seats === b.seats &&
  a.price === b.price;

const notLive = ({ reservationId, status, expiresAt }: Reservation) =>
  new DomainError({
    code: "reservation-expired",
    cause: status === "cancelled" ? "cancelled" : "expired",
    reservationId,
    expiresAt: toInstant(expiresAt),
  });

const beingPaid = (paymentId: PaymentId) => new DomainError({ code: "payment-in-progress", paymentId });

/** Puts a payment's mark on the hold. @throws DomainError by which a request to pay is refused */
export const startSeatPayment = (
  reservation: Reservation,
  paymentId: PaymentId,
  amount: Money,
  now: EpochMs,
): HeldSeat => {
  if (reservation.status === "reserved")
    throw new DomainError({ code: "already-paid", paymentId: reservation.paymentId });
  if (reservation.status !== "held") throw notLive(reservation);
  if (reservation.openPayment !== null) throw beingPaid(reservation.openPayment);
  if (isOver(reservation, now)) throw notLive(reservation);
  if (amount !== reservation.price)
    throw new DomainError({ code: "amount-mismatch", amount: reservation.price, sent: amount });
  return { ...reservation, openPayment: paymentId };
};

/** The payment whose mark the hold carries was captured. */
export const reserveSeat = (reservation: Reservation, paymentId: PaymentId): ReservedSeat => {
  if (reservation.status === "reserved" && reservation.paymentId === paymentId) return reservation;
  if (reservation.status !== "held" || reservation.openPayment !== paymentId)
    throw new DomainError({ code: "impossible-transition", from: reservation.status, step: "reserve" });
  const { openPayment: _, ...facts } = reservation;
  return { ...facts, status: "reserved", paymentId };
};

/** The payment came to nothing: its mark goes, and a hold whose time is over ends. */
export const releaseSeatPayment = (reservation: Reservation, paymentId: PaymentId, now: EpochMs): Reservation => {
  if (reservation.status !== "held" || reservation.openPayment !== paymentId) return reservation;
  return expireHold({ ...reservation, openPayment: null }, now);
};

/** Ends a hold that is over; anything else stays as it is. */
export const expireHold = (reservation: Reservation, now: EpochMs): Reservation => {
  if (reservation.status !== "held" || !isOver(reservation, now)) return reservation;
  const { openPayment: _, ...facts } = reservation;
  return { ...facts, status: "expired" };
};

/** A shopper gives a seat back. @throws DomainError where it is over, or being paid */
export const cancelReservation = (reservation: Reservation, now: EpochMs): EndedReservation => {
  if (reservation.status === "cancelled") return reservation;
  if (statusAt(reservation, now) === "expired") throw notLive(reservation);
  if (reservation.status === "held" && reservation.openPayment !== null) throw beingPaid(reservation.openPayment);
  const { reservationId, scheduleId, seatNo, userId, price, expiresAt } = reservation;
  return { reservationId, scheduleId, seatNo, userId, price, expiresAt, status: "cancelled" };
};
