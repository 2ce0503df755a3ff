import type { Problem } from "../../../domain/problem.js";
import type { Meaning } from "../server/problem-meaning.js";

/** Problems of concerts, their schedules and seats. */
export const concertProblems = {
  "concert-not-found": {
    status: 404,
    title: "No such concert",
    meaning: "There is no concert under this id.",
    advice: "Check the id against GET /api/v1/concerts.",
  },
  "schedule-not-found": {
    status: 404,
    title: "No such schedule",
    meaning: "There is no schedule under this id.",
    advice: "Check the id against GET /api/v1/concerts/{concertId}/schedules.",
  },
  "seat-not-found": {
    status: 404,
    title: "No such seat",
    meaning: "The schedule has no seat of this number.",
    advice: "Seats are numbered from 1; see GET /api/v1/schedules/{scheduleId}/seats.",
  },
  "seat-taken": {
    status: 409,
    title: "Seat is taken",
    meaning: "This seat is held, or has been bought.",
    advice: "Choose another seat; one that is held and not paid comes free.",
  },
  "sales-not-open": {
    status: 409,
    title: "Sales are not open",
    meaning: "Seats of this schedule are not for sale yet.",
    advice: "Come back at the schedule's salesOpenAt.",
  },
  "reservation-not-found": {
    status: 404,
    title: "No such reservation",
    meaning: "There is no reservation under this id that is yours.",
    advice: "Use the id that the reservation was answered with, as the same shopper.",
  },
  "reservation-expired": {
    status: 409,
    title: "Reservation is over",
    meaning: "The reservation was not paid in time, or was cancelled: the seat is no longer yours.",
    advice: "Reserve a seat anew.",
  },
} satisfies Partial<Record<Problem["code"], Meaning>>;
