/** Why a claim failed. `internal`: settling it failed 3 times. */
export const claimFailures = ["coupon-sold-out", "coupon-already-issued", "internal"] as const;
export type ClaimFailure = (typeof claimFailures)[number];

/** Why an order was cancelled. `internal`: a step of the order failed permanently. */
export const cancelReasons = [
  "out-of-stock",
  "coupon-not-redeemable",
  "expired",
  "cancelled-by-shopper",
  "internal",
] as const;
export type CancelReason = (typeof cancelReasons)[number];
