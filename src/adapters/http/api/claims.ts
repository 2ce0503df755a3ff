import type { ClaimCoupon } from "../../../application/coupon/claim-coupon.js";
import type { ClaimQueries } from "../../../application/ports/claim-queries.js";
import { DomainError } from "../../../domain/problem.js";
import { emptyBody } from "../server/api-schemas.js";
import type { Metrics } from "../server/metrics.js";
import { type Route, route } from "../server/route.js";
import type { Tickets } from "../server/ticket.js";
import { claimAnswer, claimSchema } from "./claim-answer.js";

type Needs = {
  readonly claimCoupon: ClaimCoupon;
  readonly claims: ClaimQueries;
  readonly tickets: Tickets;
  readonly metrics: Metrics;
};

/** Claims; the rush goes to the first of them. */
export const claimRoutes = ({ claimCoupon, claims, tickets, metrics }: Needs): readonly Route[] => [
  route({
    method: "POST",
    path: "/coupons/:couponId/claims",
    access: "shopper",
    summary: "Claim a coupon",
    description:
      "202: the claim has its place and will end in exactly one result. 200: your claim from before, as it stands.",
    limited: true,
    body: emptyBody,
    answers: { 202: claimSchema, 200: claimSchema },
    problems: ["coupon-not-found", "coupon-not-open", "coupon-sold-out", "claim-not-accepted", "engine-unavailable"],
    outcome: (ended) => {
      if (typeof ended === "string") metrics.claim(ended);
      else if ("status" in ended) metrics.claim(ended.status === 202 ? "accepted" : "standing");
    },
    async handle({ params, shopper }) {
      const { accepted, claim } = await claimCoupon.execute(params.couponId, shopper);
      const body = await claimAnswer(claim, tickets);
      const { self } = body.links;
      return accepted
        ? { status: 202, body, headers: ["Location", self, "Retry-After", "1"] }
        : { status: 200, body, headers: ["Location", self] };
    },
  }),
  route({
    method: "GET",
    path: "/coupons/:couponId/claims/me",
    access: "shopper",
    summary: "Your latest claim on a coupon",
    answers: { 200: claimSchema },
    problems: ["claim-not-found", "engine-unavailable"],
    async handle({ params: { couponId }, shopper }) {
      const claim = await claims.latest(couponId, shopper);
      if (claim === undefined) throw new DomainError({ code: "claim-not-found", couponId });
      return { status: 200, body: await claimAnswer(claim, tickets) };
    },
  }),
];
