import { z } from "zod";
import { paymentMethods } from "../../../domain/payment.js";
import { idSchema, moneySchema, name } from "../server/api-schemas.js";

export const newPaymentSchema = name(
  "NewPayment",
  z
    .strictObject({
      orderId: idSchema.optional(),
      reservationId: idSchema.optional(),
      amount: moneySchema,
      paymentMethod: z.enum(paymentMethods).optional(),
    })
    .refine(
      ({ orderId, reservationId }) => (orderId === undefined) !== (reservationId === undefined),
      "either orderId or reservationId, and not both",
    ),
);

export const idempotencyHeaders = z.object({
  "Idempotency-Key": z.string().regex(/^[\x20-\x7e]{1,255}$/, "a key has 1 to 255 ASCII characters"),
});

const facts = { paymentId: idSchema, orderId: idSchema.optional(), reservationId: idSchema.optional() };
const paymentOf = <const S extends string>(id: string, ...statuses: readonly S[]) =>
  name(id, z.strictObject({ ...facts, amount: moneySchema, status: z.enum(statuses) }));

export const paymentSchema = paymentOf("Payment", "pending", "unknown", "succeeded", "declined", "refunded");
export const closedPaymentSchema = paymentOf("ClosedPayment", "succeeded", "refunded");
export const openPaymentSchema = paymentOf("OpenPayment", "pending", "unknown");
