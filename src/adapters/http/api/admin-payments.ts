import { z } from "zod";
import type { PaymentQueries } from "../../../application/ports/payment-queries.js";
import type { OrderId, UserId } from "../../../domain/ids.js";
import { paymentStatuses } from "../../../domain/payment.js";
import { toInstant } from "../../../domain/time.js";
import { pageResponse, type Route, route } from "../server/route.js";
import {
  component,
  fromTime,
  idSchema,
  moneySchema,
  pageQuery,
  pageSchema,
  timeSchema,
  userIdSchema,
} from "../server/schemas.js";

const listedSchema = component(
  "ListedPayment",
  z.strictObject({
    paymentId: idSchema,
    userId: z.string(),
    orderId: idSchema.optional(),
    reservationId: idSchema.optional(),
    amount: moneySchema,
    refunded: moneySchema.describe("Sum of the refunds, acknowledged or due"),
    status: z.enum(paymentStatuses),
    provider: z.enum(["sandbox", "http"]).describe("http: the shop's payment bridge"),
    at: timeSchema.describe("When the payment started"),
  }),
);

const listQuery = pageQuery.extend({
  userId: userIdSchema.optional(),
  status: z.enum(paymentStatuses).optional(),
  orderId: idSchema.optional(),
  from: timeSchema.describe("Payments that started at this time or later").optional(),
  to: timeSchema.describe("Payments that started before this time").optional(),
});

type Needs = { readonly payments: PaymentQueries };

/** For operators: payments of all shoppers. */
export const adminPaymentRoutes = ({ payments }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/admin/payments",
    access: "admin",
    summary: "List payments",
    description: "Newest first. The payment method is not stored.",
    query: listQuery,
    responses: { 200: pageSchema("ListedPaymentPage", listedSchema) },
    problems: ["engine-unavailable"],
    async handle({ query: { userId, status, orderId, from, to, cursor = null, limit } }) {
      const filter = {
        userId: (userId ?? null) as UserId | null,
        status: status ?? null,
        orderId: (orderId ?? null) as OrderId | null,
        from: from === undefined ? null : fromTime(from),
        to: to === undefined ? null : fromTime(to),
      };
      const page = await payments.list(filter, cursor, limit);
      return pageResponse(page, (payment): z.infer<typeof listedSchema> => {
        const { paymentId, userId, subject, amount, refunded, status, provider, openedAt } = payment;
        const { kind: _, ...id } = subject;
        return { paymentId, userId, ...id, amount, refunded, status, provider, at: toInstant(openedAt) };
      });
    },
  }),
];
