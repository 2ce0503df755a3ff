import type { Problem } from "../../../domain/problem.js";
import type { Meaning } from "../server/problem-meaning.js";

/** Problems of sales and their statistics. */
export const salesProblems = {
  "sale-in-future": {
    status: 400,
    title: "Sale is in the future",
    meaning: "The sale that errors names occurs more than five minutes from now, so nothing of this call was taken.",
    advice: "Correct occurredAt, or the clock that it came from, and send all of it again.",
  },
  "day-not-closed": {
    status: 409,
    title: "Day is not over",
    meaning: "The business day has not ended yet, and only a day that is over can be closed.",
    advice: "Ask again after midnight in the business time zone.",
  },
} satisfies Partial<Record<Problem["code"], Meaning>>;
