import { z } from "zod";
import { greatestMoney } from "../../../domain/money.js";
import { countSchema, idSchema, name, nameSchema, pageOf, timeSchema } from "../server/api-schemas.js";

const greatestQuantity = 10_000_000;

const discountSchema = name(
  "Discount",
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("fixed"), value: z.int().min(1).max(greatestMoney) }),
    z.strictObject({ type: z.literal("percent"), value: z.int().min(1).max(100) }),
  ]),
);

export const newCouponSchema = name(
  "NewCoupon",
  z
    .strictObject({
      couponId: idSchema.optional(),
      name: nameSchema,
      quantity: z.int().min(1).max(greatestQuantity),
      discount: discountSchema,
      opensAt: timeSchema.optional(),
      closesAt: timeSchema.optional(),
    })
    .refine(
      ({ opensAt, closesAt }) =>
        opensAt === undefined || closesAt === undefined || Date.parse(opensAt) < Date.parse(closesAt),
      { path: ["closesAt"], error: "must be after opensAt" },
    ),
);

export const couponSchema = name(
  "Coupon",
  z.strictObject({
    couponId: idSchema,
    name: z.string(),
    quantity: countSchema,
    discount: discountSchema,
    opensAt: timeSchema.nullable(),
    closesAt: timeSchema.nullable(),
    state: z.enum(["scheduled", "open", "closed", "sold-out"]),
    remaining: countSchema,
    issued: countSchema,
  }),
);

export const auditSchema = name(
  "CouponAudit",
  z.strictObject({
    quantity: countSchema,
    admitted: countSchema,
    taken: countSchema,
    issued: countSchema,
    returned: countSchema,
    remaining: z.int(),
    balanced: z.boolean(),
    stores: z.strictObject({
      queue: z.strictObject({ admitted: countSchema, returned: countSchema }),
      stock: z.strictObject({ taken: countSchema, remaining: z.int() }),
      database: z.strictObject({ pending: countSchema, issued: countSchema, failed: countSchema }),
    }),
  }),
);

export const userCouponSchema = name(
  "UserCoupon",
  z.strictObject({
    userCouponId: idSchema,
    couponId: idSchema,
    status: z.enum(["issued", "used"]),
    position: z.int().min(1),
    issuedAt: timeSchema,
  }),
);

export const couponPage = pageOf("CouponPage", couponSchema);
export const userCouponPage = pageOf("UserCouponPage", userCouponSchema);
