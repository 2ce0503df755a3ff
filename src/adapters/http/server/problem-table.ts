import type { Problem } from "../../../domain/problem.js";
import { concertProblems } from "../api/concert-problems.js";
import { couponProblems } from "../api/coupon-problems.js";
import { orderProblems } from "../api/order-problems.js";
import { salesProblems } from "../api/sales-problems.js";
import { type EdgeCode, edgeProblems } from "./edge-problems.js";
import type { Meaning } from "./problem-meaning.js";

const domainProblems = {
  ...couponProblems,
  ...orderProblems,
  ...concertProblems,
  ...salesProblems,
  "dead-letter-not-found": {
    status: 404,
    title: "No such dead letter",
    meaning: "There is no dead letter under this id.",
    advice: "Check the id against GET /api/v1/admin/dead-letters.",
  },
  "dead-letter-replayed": {
    status: 409,
    title: "Dead letter was replayed",
    meaning: "The event is on its way again already.",
    advice: "Nothing is to be done: should it fail again, it comes back to the list.",
  },
  "dead-letter-undecodable": {
    status: 422,
    title: "Dead letter is no event",
    meaning: "What was parked cannot be read as an event, so there is nothing to deliver again.",
    advice: "Look at its event and error; whoever sent it must send a good one.",
  },
  "id-taken": {
    status: 409,
    title: "Id is taken",
    meaning: "Something else was created under this id before.",
    advice: "Choose another id, or none; the same body again under its id is answered 200.",
  },
  "impossible-transition": {
    status: 500,
    title: "Something broke here",
    meaning: "The service was about to take a step that its own rules bar, and took none.",
    advice: "Tell the operators the request id.",
  },
  "engine-unavailable": {
    status: 503,
    title: "An engine cannot be reached",
    meaning: "The engine named cannot be reached, or did not answer in time. What was accepted is safe.",
    advice: "Send the same request again after Retry-After.",
    retryAfter: 2,
  },
} satisfies Record<Problem["code"], Meaning>;

export type ProblemCode = Problem["code"] | EdgeCode;

/** Every problem code that the API can answer with: a code without a row does not compile. */
export const problemTable: Readonly<Record<ProblemCode, Meaning>> = { ...domainProblems, ...edgeProblems };
