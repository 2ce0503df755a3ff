import type { z } from "zod";
import type { AuditCoupon } from "../../../application/coupon/audit-coupon.js";
import type { OpenCoupon } from "../../../application/coupon/open-coupon.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { CountedCoupon, CouponQueries } from "../../../application/ports/coupon-queries.js";
import type { NewId } from "../../../application/ports/new-id.js";
import { type Coupon, stateAt } from "../../../domain/coupon.js";
import type { CouponId } from "../../../domain/ids.js";
import type { Money } from "../../../domain/money.js";
import { DomainError } from "../../../domain/problem.js";
import { type EpochMs, fromInstant, type Instant, toInstant } from "../../../domain/time.js";
import { pageQuery, timeOrNull } from "../server/api-schemas.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";
import {
  auditSchema,
  couponPage,
  couponSchema,
  newCouponSchema,
  userCouponPage,
  type userCouponSchema,
} from "./coupon-schemas.js";

type Needs = {
  readonly openCoupon: OpenCoupon;
  readonly auditCoupon: AuditCoupon;
  readonly coupons: CouponQueries;
  readonly clock: Clock;
  readonly newId: NewId;
};

const atOrNull = (time: string | undefined): EpochMs | null =>
  time === undefined ? null : fromInstant(time as Instant);

/** What is checked here and read there are the same fields, so the brands are all that is added. */
const couponOf = (
  { couponId, name, quantity, discount, opensAt, closesAt }: z.infer<typeof newCouponSchema>,
  newId: NewId,
): Coupon => ({
  couponId: (couponId ?? newId()) as CouponId,
  name,
  quantity,
  discount: discount.type === "fixed" ? { type: "fixed", value: discount.value as Money } : discount,
  opensAt: atOrNull(opensAt),
  closesAt: atOrNull(closesAt),
});

const shown = ({ coupon, pending, issued }: CountedCoupon, now: EpochMs): z.infer<typeof couponSchema> => {
  const remaining = Math.max(0, coupon.quantity - pending - issued);
  return {
    couponId: coupon.couponId,
    name: coupon.name,
    quantity: coupon.quantity,
    discount: coupon.discount,
    opensAt: timeOrNull(coupon.opensAt),
    closesAt: timeOrNull(coupon.closesAt),
    state: stateAt(coupon, remaining, now),
    remaining,
    issued,
  };
};

/** Coupons: opened and audited by admins, read by anyone, held by shoppers. */
export const couponRoutes = ({ openCoupon, auditCoupon, coupons, clock, newId }: Needs): readonly Route[] => {
  const read = async (couponId: CouponId) => {
    const coupon = await coupons.counted(couponId);
    if (coupon === undefined) throw new DomainError({ code: "coupon-not-found", couponId });
    return shown(coupon, clock.now());
  };
  return [
    route({
      method: "GET",
      path: "/coupons",
      access: "public",
      summary: "List coupons",
      query: pageQuery,
      answers: { 200: couponPage },
      problems: ["engine-unavailable"],
      async handle({ query: { cursor = null, limit } }) {
        const now = clock.now();
        return pageAnswer(await coupons.list(cursor, limit), (coupon) => shown(coupon, now));
      },
    }),
    route({
      method: "POST",
      path: "/coupons",
      access: "admin",
      summary: "Open a coupon drop",
      description: "The same id and body again: 200, and the coupon as it stands.",
      body: newCouponSchema,
      answers: { 201: couponSchema, 200: couponSchema },
      problems: ["id-taken", "engine-unavailable"],
      async handle({ body }) {
        const coupon = couponOf(body, newId);
        const { created } = await openCoupon.execute(coupon);
        const headers = ["Location", `/api/v1/coupons/${coupon.couponId}`];
        return { status: created ? 201 : 200, body: await read(coupon.couponId), headers };
      },
    }),
    route({
      method: "GET",
      path: "/coupons/:couponId",
      access: "public",
      summary: "A coupon as it stands",
      answers: { 200: couponSchema },
      problems: ["coupon-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: await read(params.couponId) }),
    }),
    route({
      method: "GET",
      path: "/coupons/:couponId/audit",
      access: "admin",
      summary: "Hold a coupon's stores beside each other",
      answers: { 200: auditSchema },
      problems: ["coupon-not-found", "claim-not-accepted", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: await auditCoupon.execute(params.couponId) }),
    }),
    route({
      method: "GET",
      path: "/me/coupons",
      access: "shopper",
      summary: "Your coupons",
      query: pageQuery,
      answers: { 200: userCouponPage },
      problems: ["engine-unavailable"],
      async handle({ query: { cursor = null, limit }, shopper }) {
        return pageAnswer(
          await coupons.ofUser(shopper, cursor, limit),
          ({ userCouponId, couponId, status, position, issuedAt }): z.infer<typeof userCouponSchema> => ({
            userCouponId,
            couponId,
            status,
            position,
            issuedAt: toInstant(issuedAt),
          }),
        );
      },
    }),
  ];
};
