import { createEvent, type EventOf } from "./event.js";
import type { IdempotencyKey, OrderId, PaymentId, ReservationId, UserId } from "./ids.js";
import type { Money } from "./money.js";
import { DomainError } from "./problem.js";
import type { EpochMs } from "./time.js";

/** What a payment is for. */
export type Subject =
  | { readonly kind: "order"; readonly orderId: OrderId }
  | { readonly kind: "reservation"; readonly reservationId: ReservationId };

/** The behaviors of the sandbox provider: see `adapters/provider`. */
export const paymentMethods = [
  "sandbox-ok",
  "sandbox-declined",
  "sandbox-silent-captured",
  "sandbox-silent-lost",
  "sandbox-slow",
] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

/** A shopper's request to pay. A key belongs to one request. */
export type PaymentRequest = {
  readonly userId: UserId;
  readonly key: IdempotencyKey;
  readonly subject: Subject;
  readonly amount: Money;
  readonly method: PaymentMethod;
};

export type PaymentStatus = "pending" | "unknown" | "succeeded" | "declined" | "refunded";

export type Payment = PaymentRequest & {
  readonly paymentId: PaymentId;
  readonly openedAt: EpochMs;
  readonly status: PaymentStatus;
  /** The provider has not acknowledged the refund yet. */
  readonly refundDue: boolean;
};

/** The provider's final answer for a payment. */
export type Verdict = "captured" | "declined" | "voided";

/** Creates a payment. A payment of amount 0 has succeeded already, and is never sent to the provider. */
export const beginPayment = (request: PaymentRequest, paymentId: PaymentId, now: EpochMs): Payment => ({
  ...request,
  paymentId,
  openedAt: now,
  status: request.amount === 0 ? "succeeded" : "pending",
  refundDue: false,
});

/** Returns whether two requests under one key are the same. */
export const sameRequest = (a: PaymentRequest, b: PaymentRequest): boolean =>
  a.amount === b.amount &&
  a.method === b.method &&
  (a.subject.kind === "order"
    ? b.subject.kind === "order" && a.subject.orderId === b.subject.orderId
    : b.subject.kind === "reservation" && a.subject.reservationId === b.subject.reservationId);

/** Returns whether the payment has no verdict yet. */
export const isOpen = ({ status }: Payment): boolean => status === "pending" || status === "unknown";

/** Records that the provider has not answered in time. This is not a decline. */
export const markUnknown = (payment: Payment): Payment =>
  payment.status === "pending" ? { ...payment, status: "unknown" } : payment;

const impossible = (payment: Payment, step: string): never => {
  throw new DomainError({ code: "impossible-transition", from: payment.status, step });
};

/**
 * Closes an open payment. A closed one does not change.
 * @throws DomainError `impossible-transition` if a declined payment is reported as captured
 */
export const closePayment = (payment: Payment, verdict: Verdict): Payment => {
  if (isOpen(payment)) return { ...payment, status: verdict === "captured" ? "succeeded" : "declined" };
  if (payment.status === "declined" && verdict === "captured") return impossible(payment, verdict);
  return payment;
};

/**
 * Records that the order or seat was given back. A refund is due unless the amount is 0.
 * @throws DomainError `impossible-transition` if the payment was declined
 */
export const refundPayment = (payment: Payment): Payment => {
  if (payment.status === "declined") return impossible(payment, "refund");
  if (payment.status !== "succeeded") return payment;
  return { ...payment, status: "refunded", refundDue: payment.amount > 0 };
};

/**
 * Records that the provider has acknowledged the refund.
 * @throws DomainError `impossible-transition` if the payment is neither succeeded nor refunded
 */
export const acknowledgeRefund = (payment: Payment): Payment => {
  if (payment.status === "succeeded") return payment;
  if (payment.status !== "refunded") return impossible(payment, "acknowledge refund");
  return { ...payment, refundDue: false };
};

/** The event of a payment that succeeded. */
export const paymentConfirmed = (payment: Payment, at: EpochMs): EventOf<"payment.confirmed"> => {
  const { subject } = payment;
  const orderId = subject.kind === "order" ? subject.orderId : null;
  const reservationId = subject.kind === "reservation" ? subject.reservationId : null;
  return createEvent("payment.confirmed", { ...payment, orderId, reservationId }, at);
};
