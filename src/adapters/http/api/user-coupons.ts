import { z } from "zod";
import type { CouponQueries, UserCoupon } from "../../../application/ports/coupon-queries.js";
import { toInstant } from "../../../domain/time.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { component, idSchema, pageQuery, pageSchema, timeSchema } from "../server/schemas.js";

const userCouponSchema = component(
  "UserCoupon",
  z.strictObject({
    userCouponId: idSchema,
    couponId: idSchema,
    status: z.enum(["issued", "used"]),
    position: z.int().min(1),
    issuedAt: timeSchema,
  }),
);

const userCouponResponse = (coupon: UserCoupon): z.infer<typeof userCouponSchema> => {
  const { userCouponId, couponId, status, position, issuedAt } = coupon;
  return { userCouponId, couponId, status, position, issuedAt: toInstant(issuedAt) };
};

/** The coupons that a shopper holds. */
export const userCouponRoutes = ({ coupons }: { readonly coupons: CouponQueries }): readonly Route[] => [
  route({
    method: "GET",
    path: "/me/coupons",
    access: "shopper",
    summary: "List your coupons",
    query: pageQuery,
    responses: { 200: pageSchema("UserCouponPage", userCouponSchema) },
    problems: ["engine-unavailable"],
    handle: async ({ query: { cursor = null, limit }, shopper }) =>
      pageResponse(await coupons.ofUser(shopper, cursor, limit), userCouponResponse),
  }),
];
