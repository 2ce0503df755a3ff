import type { z } from "zod";
import type { CancelReservation } from "../../../application/concert/cancel-reservation.js";
import type { HoldSeat } from "../../../application/concert/hold-seat.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { ConcertQueries } from "../../../application/ports/concert-queries.js";
import { type Reservation, statusAt } from "../../../domain/concert.js";
import { DomainError } from "../../../domain/problem.js";
import { type EpochMs, toInstant } from "../../../domain/time.js";
import { emptyBody } from "../server/api-schemas.js";
import { type Route, route } from "../server/route.js";
import { heldReservationSchema, newReservationSchema, reservationSchema } from "./concert-schemas.js";

type Needs = {
  readonly holdSeat: HoldSeat;
  readonly cancelReservation: CancelReservation;
  readonly concerts: ConcertQueries;
  readonly clock: Clock;
};

const shown = (reservation: Reservation, now: EpochMs): z.infer<typeof reservationSchema> => {
  const { reservationId, scheduleId, seatNo, price, expiresAt } = reservation;
  const status = statusAt(reservation, now);
  return { reservationId, scheduleId, seatNo, price, status, expiresAt: toInstant(expiresAt) };
};

/** Reservations: seats held by shoppers, watched and given back. */
export const reservationRoutes = ({ holdSeat, cancelReservation, concerts, clock }: Needs): readonly Route[] => [
  route({
    method: "POST",
    path: "/schedules/:scheduleId/reservations",
    access: "shopper",
    summary: "Hold a seat until it is paid",
    description: "201: the seat is yours until expiresAt; pay by then. 200: your own hold on this seat, the same.",
    limited: true,
    body: newReservationSchema,
    answers: { 201: heldReservationSchema, 200: heldReservationSchema },
    problems: ["schedule-not-found", "seat-not-found", "sales-not-open", "seat-taken", "engine-unavailable"],
    async handle({ params: { scheduleId }, body: { seatNo }, shopper }) {
      const { created, reservation } = await holdSeat.execute(scheduleId, seatNo, shopper);
      const headers = ["Location", `/api/v1/reservations/${reservation.reservationId}`];
      return { status: created ? 201 : 200, body: shown(reservation, clock.now()), headers };
    },
  }),
  route({
    method: "GET",
    path: "/reservations/:reservationId",
    access: "shopper",
    summary: "A reservation as it stands",
    answers: { 200: reservationSchema },
    problems: ["reservation-not-found", "engine-unavailable"],
    async handle({ params: { reservationId }, shopper }) {
      const reservation = await concerts.reservation(reservationId);
      if (reservation?.userId !== shopper) throw new DomainError({ code: "reservation-not-found", reservationId });
      return { status: 200, body: shown(reservation, clock.now()) };
    },
  }),
  route({
    method: "DELETE",
    path: "/reservations/:reservationId",
    access: "shopper",
    summary: "Give a seat back",
    description: "One that is paid is refunded. Repeated, the answer is the same.",
    body: emptyBody,
    answers: { 200: reservationSchema },
    problems: ["reservation-not-found", "reservation-expired", "payment-in-progress", "engine-unavailable"],
    async handle({ params, shopper }) {
      const cancelled = await cancelReservation.execute(params.reservationId, shopper);
      return { status: 200, body: shown(cancelled, clock.now()) };
    },
  }),
];
