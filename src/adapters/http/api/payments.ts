import { z } from "zod";
import type { ConfirmPayment } from "../../../application/payment/confirm-payment.js";
import type { PaymentProviders } from "../../../application/ports/payment-providers.js";
import type { PaymentQueries } from "../../../application/ports/payment-queries.js";
import type { IdempotencyKey, OrderId, ReservationId } from "../../../domain/ids.js";
import { isOpen, type Payment, type Subject } from "../../../domain/payment.js";
import { DomainError } from "../../../domain/problem.js";
import type { Metrics } from "../server/metrics.js";
import { invalid } from "../server/problem-json.js";
import type { ProblemEntries } from "../server/problems.js";
import { type Route, route } from "../server/route.js";
import { component, idSchema, moneySchema } from "../server/schemas.js";

const maxMethodLength = 255;
const methodMessage = `must be a text of 1 to ${maxMethodLength} characters`;

const newPaymentSchema = component(
  "NewPayment",
  z
    .strictObject({
      orderId: idSchema.optional(),
      reservationId: idSchema.optional(),
      amount: moneySchema.describe("Must equal the amount due"),
      paymentMethod: z
        .string(methodMessage)
        .min(1, methodMessage)
        .max(maxMethodLength, methodMessage)
        .optional()
        .describe(
          "What the payment provider charges, such as its token. A retry with a new token needs a new key. Without a " +
            "configured provider: sandbox-ok (default), sandbox-declined, sandbox-silent-captured, sandbox-silent-lost " +
            "or sandbox-slow",
        ),
    })
    .refine(
      ({ orderId, reservationId }) => (orderId === undefined) !== (reservationId === undefined),
      "must have exactly one of orderId and reservationId",
    )
    .meta({ oneOf: [{ required: ["orderId"] }, { required: ["reservationId"] }] }),
);

const keyMessage = "must be a text of 1 to 255 printable ASCII characters";
const idempotencyHeaders = z.object({
  "Idempotency-Key": z
    .string(keyMessage)
    .regex(/^[\x20-\x7e]{1,255}$/, keyMessage)
    .describe("Chosen by the caller; one key charges at most once")
    .meta({ example: "payment-1" }),
});

const paymentOf = <const S extends string>(id: string, ...statuses: readonly S[]) =>
  component(
    id,
    z.strictObject({
      paymentId: idSchema,
      orderId: idSchema.optional(),
      reservationId: idSchema.optional(),
      amount: moneySchema,
      status: z.enum(statuses),
    }),
  );
const paymentSchema = paymentOf("Payment", "pending", "unknown", "succeeded", "declined", "refunded");
const closedPaymentSchema = paymentOf("ClosedPayment", "succeeded", "refunded");
const openPaymentSchema = paymentOf("OpenPayment", "pending", "unknown");

export const paymentProblems = {
  "payment-not-found": {
    status: 404,
    title: "Payment not found",
    meaning: "You have no payment with this id.",
    advice: "Use the paymentId that POST /api/v1/payments returned, and send the request as the shopper who paid.",
    detail: ({ paymentId }) => `You have no payment with the id ${paymentId}.`,
  },
  "payment-declined": {
    status: 402,
    title: "Payment declined",
    meaning: "The payment provider declined the payment and took no money.",
    advice: "Pay again with a new Idempotency-Key, or with another method. The old key keeps this response.",
    detail: ({ paymentId }) => `The payment provider declined payment ${paymentId} and took no money.`,
  },
  "already-paid": {
    status: 409,
    title: "Already paid",
    meaning: "Another payment has paid for this order or reservation.",
    advice: "Do not pay again. Read the order or the reservation to see its state.",
    detail: ({ paymentId }) => `Payment ${paymentId} has paid for this.`,
  },
  "payment-in-progress": {
    status: 409,
    title: "Payment in progress",
    meaning: "Another payment for this order or reservation is open: its outcome is not known yet.",
    advice: "Wait until the open payment has a result. If it is declined, send the request again.",
    detail: ({ paymentId }) => `Payment ${paymentId} is open: its outcome is not known yet.`,
    adviceFor: ({ paymentId }) =>
      `Wait until GET /api/v1/payments/${paymentId} has a result. If it is declined, send the request again.`,
  },
  "amount-mismatch": {
    status: 422,
    title: "Amount is not the amount due",
    meaning: "The amount of a payment must equal the amount due.",
    advice: "Show the shopper the amount due, and pay it if the shopper agrees.",
    detail: ({ amount, sent }) => `amount must be ${amount}, but is ${sent}.`,
  },
  "idempotency-key-reused": {
    status: 422,
    title: "Idempotency key was used before",
    meaning: "You sent this Idempotency-Key before with another body. Keys are kept forever.",
    advice: "Use a new key for a new payment. To retry a payment, send exactly the same body.",
    detail: ({ idempotencyKey }) =>
      `You sent the Idempotency-Key ${JSON.stringify(idempotencyKey)} before with another body.`,
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly confirmPayment: ConfirmPayment;
  readonly providers: PaymentProviders;
  readonly payments: PaymentQueries;
  readonly metrics: Metrics;
};

/** The schema has checked that exactly one id is present. */
const subjectOf = ({ orderId, reservationId }: z.infer<typeof newPaymentSchema>): Subject =>
  orderId === undefined
    ? { kind: "reservation", reservationId: reservationId as ReservationId }
    : { kind: "order", orderId: orderId as OrderId };

const paymentResponse = ({ paymentId, subject, amount, status }: Payment): z.infer<typeof paymentSchema> => {
  const { kind: _, ...id } = subject;
  return { paymentId, ...id, amount, status };
};

/** Payments for orders and reservations. */
export const paymentRoutes = ({ confirmPayment, providers, payments, metrics }: Needs): readonly Route[] => [
  route({
    method: "POST",
    path: "/payments",
    isHot: true,
    access: "shopper",
    summary: "Pay for an order or a reservation",
    description:
      "One Idempotency-Key charges at most once: a repeated request returns the payment's current state. 202: the " +
      "provider has not answered yet, and the payment is settled later. After 402, try again with a new key.",
    rateLimited: true,
    headers: idempotencyHeaders,
    body: newPaymentSchema,
    example: { orderId: "order-1", amount: 78000, paymentMethod: "sandbox-ok" },
    responses: { 201: closedPaymentSchema, 202: openPaymentSchema },
    links: ["GET /payments/:paymentId"],
    problems: [
      "order-not-found",
      "reservation-not-found",
      "already-paid",
      "payment-in-progress",
      "order-not-payable",
      "reservation-expired",
      "amount-mismatch",
      "idempotency-key-reused",
      "payment-declined",
      "engine-unavailable",
    ],
    onOutcome: (outcome) => {
      if (typeof outcome === "string") metrics.payment(outcome);
      else if ("body" in outcome) metrics.payment((outcome.body as z.infer<typeof paymentSchema>).status);
    },
    async handle({ headers, body, shopper }) {
      const charged = providers.methodOf(body.paymentMethod);
      if ("accepted" in charged) throw invalid({ pointer: "#/paymentMethod", detail: charged.accepted });
      const payment = await confirmPayment.execute({
        userId: shopper,
        key: headers["Idempotency-Key"] as IdempotencyKey,
        subject: subjectOf(body),
        amount: body.amount,
        method: charged.method,
      });
      const { paymentId, status } = payment;
      if (status === "declined") throw new DomainError({ code: "payment-declined", paymentId });
      const location = ["Location", `/api/v1/payments/${paymentId}`];
      return { status: isOpen(payment) ? 202 : 201, body: paymentResponse(payment), headers: location };
    },
  }),
  route({
    method: "GET",
    path: "/payments/:paymentId",
    access: "shopper",
    summary: "Read a payment",
    responses: { 200: paymentSchema },
    problems: ["payment-not-found", "engine-unavailable"],
    async handle({ params: { paymentId }, shopper }) {
      const payment = await payments.find(paymentId);
      if (payment?.userId !== shopper) throw new DomainError({ code: "payment-not-found", paymentId });
      return { status: 200, body: paymentResponse(payment) };
    },
  }),
];
