import { z } from "zod";
import { countSchema, idSchema, moneySchema, name, pageOf, timeSchema } from "../server/api-schemas.js";

const mostLines = 50;
const greatestQuantity = 1000;

export const newOrderSchema = name(
  "NewOrder",
  z.strictObject({
    orderId: idSchema.optional(),
    items: z
      .array(z.strictObject({ productId: idSchema, quantity: z.int().min(1).max(greatestQuantity) }))
      .min(1)
      .max(mostLines),
    userCouponId: idSchema.optional(),
  }),
);

const linksSchema = z.strictObject({ self: z.string(), events: z.string() });

export const placedOrderSchema = name(
  "PlacedOrder",
  z.strictObject({ orderId: idSchema, status: z.literal("pending"), links: linksSchema }),
);

const facts = {
  orderId: idSchema,
  status: z.enum(["pending", "awaiting-payment", "confirmed", "cancelled"]),
  reason: z.enum(["out-of-stock", "coupon-not-redeemable", "expired", "cancelled-by-shopper", "internal"]).optional(),
  items: z.array(z.strictObject({ productId: idSchema, quantity: countSchema, unitPrice: moneySchema })),
  subtotal: moneySchema,
  discount: moneySchema,
  total: moneySchema,
  expiresAt: timeSchema.optional(),
  timeline: z.array(
    z.strictObject({
      event: z.enum([
        "order.placed",
        "stock.reserved",
        "stock.refused",
        "coupon.redeemed",
        "coupon.redemption-refused",
        "order.priced",
        "order.confirmed",
        "order.cancelled",
      ]),
      at: timeSchema,
    }),
  ),
};

export const orderSchema = name("Order", z.strictObject(facts));
export const standingOrderSchema = name("StandingOrder", z.strictObject({ ...facts, links: linksSchema }));
export const orderPage = pageOf("OrderPage", orderSchema);
