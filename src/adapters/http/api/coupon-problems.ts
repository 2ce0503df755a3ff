import type { Problem } from "../../../domain/problem.js";
import type { Meaning } from "../server/problem-meaning.js";

/** Problems of coupons, claims and their tasks. */
export const couponProblems = {
  "coupon-not-found": {
    status: 404,
    title: "No such coupon",
    meaning: "There is no coupon under this id; one that an order is to redeem must be your own.",
    advice: "Check the id against GET /api/v1/coupons; what you hold is in GET /api/v1/me/coupons.",
  },
  "coupon-not-open": {
    status: 409,
    title: "Coupon is not open",
    meaning: "The coupon's window has not begun, or is over, and you hold no claim on it.",
    advice: "Look at opensAt and closesAt of the coupon; claim again within them.",
  },
  "coupon-sold-out": {
    status: 409,
    title: "Coupon is sold out",
    meaning: "Every coupon is issued or spoken for.",
    advice: "A place that is given back goes to whoever claims next, so a later claim may succeed.",
  },
  "claim-not-found": {
    status: 404,
    title: "No claim on this coupon",
    meaning: "You have never claimed this coupon, or it does not exist.",
    advice: "Claim it with POST /api/v1/coupons/{couponId}/claims.",
  },
  "claim-not-accepted": {
    status: 503,
    title: "Claim not accepted yet",
    meaning: "The queue of this coupon is being put in order; your place, if you got one, stays yours.",
    advice: "Send the same request again after Retry-After; a claim never counts twice.",
    retryAfter: 1,
  },
  "task-not-found": {
    status: 404,
    title: "No such task",
    meaning: "There is no task under this id that is yours.",
    advice: "Use the id and the links that the claim was answered with, as the same shopper.",
  },
} satisfies Partial<Record<Problem["code"], Meaning>>;
