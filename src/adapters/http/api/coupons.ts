import { z } from "zod";
import type { CreateCoupon } from "../../../application/coupon/create-coupon.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { CountedCoupon, CouponQueries } from "../../../application/ports/coupon-queries.js";
import type { NewId } from "../../../application/ports/new-id.js";
import { type Coupon, stateAt } from "../../../domain/coupon.js";
import type { CouponId } from "../../../domain/ids.js";
import { greatestMoney, type Money } from "../../../domain/money.js";
import { DomainError } from "../../../domain/problem.js";
import { type EpochMs, toInstant } from "../../../domain/time.js";
import { EdgeProblem } from "../server/problem-json.js";
import type { ProblemEntries } from "../server/problems.js";
import { pageResponse, type Route, route } from "../server/route.js";
import {
  component,
  countSchema,
  fromTime,
  idSchema,
  integer,
  nameSchema,
  pageQuery,
  pageSchema,
  plannedTime,
  timeSchema,
} from "../server/schemas.js";

const maxCoupons = 10_000_000;

const discountSchema = component(
  "Discount",
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("fixed"), value: integer(1, greatestMoney) }),
    z.strictObject({ type: z.literal("percent"), value: integer(1, 100) }),
  ]),
);

const newCouponSchema = component(
  "NewCoupon",
  z
    .strictObject({
      couponId: idSchema.optional(),
      name: nameSchema,
      quantity: integer(1, maxCoupons),
      discount: discountSchema,
      opensAt: plannedTime("Default: open from its creation").optional(),
      closesAt: plannedTime(
        "Must be after opensAt and, for a new coupon, in the future. Default: never closes",
      ).optional(),
    })
    .refine(
      ({ opensAt, closesAt }) =>
        opensAt === undefined || closesAt === undefined || Date.parse(opensAt) < Date.parse(closesAt),
      { path: ["closesAt"], error: "must be after opensAt" },
    ),
);

const couponSchema = component(
  "Coupon",
  z.strictObject({
    couponId: idSchema,
    name: z.string(),
    quantity: countSchema,
    discount: discountSchema,
    opensAt: timeSchema.nullable(),
    closesAt: timeSchema.nullable(),
    state: z.enum(["scheduled", "open", "closed", "sold-out"]),
    remaining: countSchema.describe("quantity less pending and issued claims"),
    issued: countSchema,
  }),
);

export const couponProblems = {
  "closes-in-past": {
    status: 400,
    title: "Coupon would be closed from the start",
    meaning: "The time closesAt of a new coupon must be in the future. No coupon was created.",
    advice: "Correct closesAt, or leave it out if the drop never closes.",
  },
  "coupon-not-found": {
    status: 404,
    title: "Coupon not found",
    meaning: "There is no coupon with this id, or you do not hold the coupon that the order names.",
    advice: "GET /api/v1/coupons lists all coupons, and GET /api/v1/me/coupons lists those that you hold.",
    detail: (problem) =>
      "couponId" in problem
        ? `There is no coupon with the id ${problem.couponId}.`
        : `You hold no coupon with the userCouponId ${problem.userCouponId}.`,
    adviceFor: (problem) =>
      "couponId" in problem
        ? "GET /api/v1/coupons lists all coupons."
        : "GET /api/v1/me/coupons lists the coupons that you hold.",
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly createCoupon: CreateCoupon;
  readonly coupons: CouponQueries;
  readonly clock: Clock;
  readonly newId: NewId;
};

/** Rethrows a problem of a field with a pointer to that field. */
const withPointer = (error: unknown): never => {
  const problem = error instanceof DomainError ? error.problem : undefined;
  if (problem?.code !== "closes-in-past") throw error;
  const pointer = "#/closesAt";
  const detail = `must be later than now (${problem.now}), but is in the past: ${problem.closesAt}`;
  throw new EdgeProblem(problem.code, { detail: `${pointer} ${detail}`, facts: { errors: [{ pointer, detail }] } });
};

/** Adds the brands of values that the schema has validated. */
const couponOf = (body: z.infer<typeof newCouponSchema>, newId: NewId): Coupon => {
  const { couponId, name, quantity, discount, opensAt, closesAt } = body;
  return {
    couponId: (couponId ?? newId()) as CouponId,
    name,
    quantity,
    discount: discount.type === "fixed" ? { type: "fixed", value: discount.value as Money } : discount,
    opensAt: opensAt === undefined ? null : fromTime(opensAt),
    closesAt: closesAt === undefined ? null : fromTime(closesAt),
  };
};

const couponResponse = ({ coupon, pending, issued }: CountedCoupon, now: EpochMs): z.infer<typeof couponSchema> => {
  const { couponId, name, quantity, discount, opensAt, closesAt } = coupon;
  const remaining = Math.max(0, quantity - pending - issued);
  return {
    couponId,
    name,
    quantity,
    discount,
    opensAt: opensAt === null ? null : toInstant(opensAt),
    closesAt: closesAt === null ? null : toInstant(closesAt),
    state: stateAt(coupon, remaining, now),
    remaining,
    issued,
  };
};

/** Coupons: created by admins, read by everyone. */
export const couponRoutes = ({ createCoupon, coupons, clock, newId }: Needs): readonly Route[] => {
  const read = async (couponId: CouponId) => {
    const coupon = await coupons.counted(couponId);
    if (coupon === undefined) throw new DomainError({ code: "coupon-not-found", couponId });
    return couponResponse(coupon, clock.now());
  };
  return [
    route({
      method: "GET",
      path: "/coupons",
      access: "public",
      summary: "List coupons",
      query: pageQuery,
      responses: { 200: pageSchema("CouponPage", couponSchema) },
      problems: ["engine-unavailable"],
      async handle({ query: { cursor = null, limit } }) {
        const now = clock.now();
        return pageResponse(await coupons.list(cursor, limit), (coupon) => couponResponse(coupon, now));
      },
    }),
    route({
      method: "POST",
      path: "/coupons",
      access: "admin",
      summary: "Create a coupon",
      description: "A repeated request with the same id and body returns 200 and the coupon's current state.",
      body: newCouponSchema,
      example: {
        couponId: "welcome",
        name: "10 % off your first order",
        quantity: 100,
        discount: { type: "percent", value: 10 },
      },
      responses: { 201: couponSchema, 200: couponSchema },
      links: ["GET /coupons/:couponId", "POST /coupons/:couponId/claims"],
      problems: ["closes-in-past", "id-taken", "engine-unavailable"],
      async handle({ body, operator }) {
        const coupon = couponOf(body, newId);
        const { created } = await createCoupon.execute(coupon, operator).catch(withPointer);
        const headers = ["Location", `/api/v1/coupons/${coupon.couponId}`];
        return { status: created ? 201 : 200, body: await read(coupon.couponId), headers };
      },
    }),
    route({
      method: "GET",
      path: "/coupons/:couponId",
      access: "public",
      summary: "Read a coupon",
      responses: { 200: couponSchema },
      problems: ["coupon-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: await read(params.couponId) }),
    }),
  ];
};
