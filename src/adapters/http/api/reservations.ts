import { z } from "zod";
import type { CancelReservation } from "../../../application/concert/cancel-reservation.js";
import type { HoldSeat } from "../../../application/concert/hold-seat.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { ConcertQueries } from "../../../application/ports/concert-queries.js";
import { type Reservation, statusAt } from "../../../domain/concert.js";
import { DomainError } from "../../../domain/problem.js";
import { type EpochMs, toInstant } from "../../../domain/time.js";
import type { ProblemEntries } from "../server/problems.js";
import { type Route, route } from "../server/route.js";
import { component, emptyBody, idSchema, integer, moneySchema, timeSchema } from "../server/schemas.js";

const newReservationSchema = component("NewReservation", z.strictObject({ seatNo: integer(1) }));

const reservationOf = <const S extends string>(id: string, ...statuses: readonly S[]) =>
  component(
    id,
    z.strictObject({
      reservationId: idSchema,
      scheduleId: idSchema,
      seatNo: z.int().min(1),
      price: moneySchema,
      status: z.enum(statuses),
      expiresAt: timeSchema,
    }),
  );
const heldReservationSchema = reservationOf("HeldReservation", "held");
const reservationSchema = reservationOf("Reservation", "held", "reserved", "expired", "cancelled");

export const reservationProblems = {
  "seat-not-found": {
    status: 404,
    title: "Seat not found",
    meaning: "The schedule has no seat with this number.",
    advice: "GET /api/v1/schedules/{scheduleId}/seats lists the seats.",
    detail: ({ scheduleId, seatNo, seats }) =>
      `seatNo must be from 1 to ${seats} for schedule ${scheduleId}, but is ${seatNo}.`,
  },
  "seat-taken": {
    status: 409,
    title: "Seat is taken",
    meaning: "The seat is held or reserved.",
    advice: "Choose another seat.",
    detail: ({ scheduleId, seatNo, cause }) => `Seat ${seatNo} of schedule ${scheduleId} is ${cause}.`,
    adviceFor: ({ cause }) =>
      cause === "held"
        ? "Choose another seat. A held seat becomes available again if it is not paid in time."
        : "Choose another seat.",
  },
  "sales-not-open": {
    status: 409,
    title: "Sales are not open",
    meaning: "Seats of this schedule cannot be reserved before its salesOpenAt.",
    advice: "Reserve the seat at the schedule's salesOpenAt or later.",
    detail: ({ scheduleId, salesOpenAt }) => `Sales of schedule ${scheduleId} open at ${salesOpenAt}.`,
    adviceFor: ({ salesOpenAt }) => `Send the request again at ${salesOpenAt} or later.`,
  },
  "reservation-not-found": {
    status: 404,
    title: "Reservation not found",
    meaning: "You have no reservation with this id.",
    advice: "Use the reservationId that you received, and send the request as the shopper who reserved.",
    detail: ({ reservationId }) => `You have no reservation with the id ${reservationId}.`,
  },
  "reservation-expired": {
    status: 409,
    title: "Reservation has ended",
    meaning: "The reservation was not paid in time, or it was cancelled.",
    advice: "Reserve a seat again.",
    detail: ({ reservationId, cause, expiresAt }) =>
      cause === "expired"
        ? `Reservation ${reservationId} expired at ${expiresAt}.`
        : `Reservation ${reservationId} is cancelled.`,
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly holdSeat: HoldSeat;
  readonly cancelReservation: CancelReservation;
  readonly concerts: ConcertQueries;
  readonly clock: Clock;
};

const reservationResponse = (reservation: Reservation, now: EpochMs): z.infer<typeof reservationSchema> => {
  const { reservationId, scheduleId, seatNo, price, expiresAt } = reservation;
  const status = statusAt(reservation, now);
  return { reservationId, scheduleId, seatNo, price, status, expiresAt: toInstant(expiresAt) };
};

/** Reservations: seats held, read and cancelled by their shopper. */
export const reservationRoutes = ({ holdSeat, cancelReservation, concerts, clock }: Needs): readonly Route[] => [
  route({
    method: "POST",
    path: "/schedules/:scheduleId/reservations",
    isHot: true,
    access: "shopper",
    summary: "Hold a seat",
    description: "201: the seat is yours until expiresAt; pay before then. 200: you hold this seat already.",
    rateLimited: true,
    body: newReservationSchema,
    example: { seatNo: 1 },
    responses: { 201: heldReservationSchema, 200: heldReservationSchema },
    links: ["GET /reservations/:reservationId", "DELETE /reservations/:reservationId"],
    problems: ["schedule-not-found", "seat-not-found", "sales-not-open", "seat-taken", "engine-unavailable"],
    async handle({ params: { scheduleId }, body: { seatNo }, shopper }) {
      const { created, reservation } = await holdSeat.execute(scheduleId, seatNo, shopper);
      const headers = ["Location", `/api/v1/reservations/${reservation.reservationId}`];
      return { status: created ? 201 : 200, body: reservationResponse(reservation, clock.now()), headers };
    },
  }),
  route({
    method: "GET",
    path: "/reservations/:reservationId",
    access: "shopper",
    summary: "Read a reservation",
    responses: { 200: reservationSchema },
    problems: ["reservation-not-found", "engine-unavailable"],
    async handle({ params: { reservationId }, shopper }) {
      const reservation = await concerts.reservation(reservationId);
      if (reservation?.userId !== shopper) throw new DomainError({ code: "reservation-not-found", reservationId });
      return { status: 200, body: reservationResponse(reservation, clock.now()) };
    },
  }),
  route({
    method: "DELETE",
    path: "/reservations/:reservationId",
    access: "shopper",
    summary: "Cancel a reservation",
    description: "A paid reservation is refunded. A repeated request returns the same response.",
    body: emptyBody,
    responses: { 200: reservationSchema },
    problems: ["reservation-not-found", "reservation-expired", "payment-in-progress", "engine-unavailable"],
    async handle({ params, shopper }) {
      const cancelled = await cancelReservation.execute(params.reservationId, shopper);
      return { status: 200, body: reservationResponse(cancelled, clock.now()) };
    },
  }),
];
