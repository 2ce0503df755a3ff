import type { z } from "zod";
import type { ConfirmPayment } from "../../../application/payment/confirm-payment.js";
import type { PaymentQueries } from "../../../application/ports/payment-queries.js";
import type { IdempotencyKey, OrderId, ReservationId } from "../../../domain/ids.js";
import { isOpen, type Payment, type Subject } from "../../../domain/payment.js";
import { DomainError } from "../../../domain/problem.js";
import type { Metrics } from "../server/metrics.js";
import { type Route, route } from "../server/route.js";
import {
  closedPaymentSchema,
  idempotencyHeaders,
  newPaymentSchema,
  openPaymentSchema,
  paymentSchema,
} from "./payment-schemas.js";

type Needs = {
  readonly confirmPayment: ConfirmPayment;
  readonly payments: PaymentQueries;
  readonly metrics: Metrics;
};

/** Checked: exactly one of the two is there. */
const subjectOf = ({ orderId, reservationId }: z.infer<typeof newPaymentSchema>): Subject =>
  orderId === undefined
    ? { kind: "reservation", reservationId: reservationId as ReservationId }
    : { kind: "order", orderId: orderId as OrderId };

const shown = ({ paymentId, subject, amount, status }: Payment): z.infer<typeof paymentSchema> => {
  const { kind: _, ...thing } = subject;
  return { paymentId, ...thing, amount, status };
};

/** Payments, of orders and of seats. */
export const paymentRoutes = ({ confirmPayment, payments, metrics }: Needs): readonly Route[] => [
  route({
    method: "POST",
    path: "/payments",
    access: "shopper",
    summary: "Pay for an order or a reservation",
    description:
      "Charges once a key: the same key and body again answer the payment as it stands. 202: the provider has not " +
      "answered, and what became of it is settled later. After 402 a new key may try again.",
    limited: true,
    headers: idempotencyHeaders,
    body: newPaymentSchema,
    answers: { 201: closedPaymentSchema, 202: openPaymentSchema },
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
    outcome: (ended) => {
      if (typeof ended === "string") metrics.payment(ended);
      else if ("body" in ended) metrics.payment((ended.body as z.infer<typeof paymentSchema>).status);
    },
    async handle({ headers, body, shopper }) {
      const payment = await confirmPayment.execute({
        userId: shopper,
        key: headers["Idempotency-Key"] as IdempotencyKey,
        subject: subjectOf(body),
        amount: body.amount,
        method: body.paymentMethod ?? "sandbox-ok",
      });
      const { paymentId, status } = payment;
      if (status === "declined") throw new DomainError({ code: "payment-declined", paymentId });
      const location = ["Location", `/api/v1/payments/${paymentId}`];
      return { status: isOpen(payment) ? 202 : 201, body: shown(payment), headers: location };
    },
  }),
  route({
    method: "GET",
    path: "/payments/:paymentId",
    access: "shopper",
    summary: "A payment as it stands",
    answers: { 200: paymentSchema },
    problems: ["payment-not-found", "engine-unavailable"],
    async handle({ params: { paymentId }, shopper }) {
      const payment = await payments.find(paymentId);
      if (payment?.userId !== shopper) throw new DomainError({ code: "payment-not-found", paymentId });
      return { status: 200, body: shown(payment) };
    },
  }),
];
