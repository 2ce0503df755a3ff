import { createEvent, type EventOf } from "./event.js";
import type { IdempotencyKey, OrderId, PaymentId, ReservationId, UserId } from "./ids.js";
import type { Money } from "./money.js";
import { DomainError } from "./problem.js";
import type { EpochMs } from "./time.js";

/** What a payment pays for. */
export type Subject =
  | { readonly kind: "order"; readonly orderId: OrderId }
  | { readonly kind: "reservation"; readonly reservationId: ReservationId };

/** What the built-in sandbox provider does: see `adapters/provider`. */
export const paymentMethods = [
  "sandbox-ok",
  "sandbox-declined",
  "sandbox-silent-captured",
  "sandbox-silent-lost",
  "sandbox-slow",
] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

/** What a shopper asked for; with another body, the same key is refused. */
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
  /** The provider is still to be told of the refund. */
  readonly refundDue: boolean;
};

/** What the provider says of a payment, once and for ever. */
export type Verdict = "captured" | "declined" | "voided";

/** A payment that begins; one of nothing has succeeded already, and the provider never hears of it. */
export const beginPayment = (request: PaymentRequest, paymentId: PaymentId, now: EpochMs): Payment => ({
  ...request,
  paymentId,
  openedAt: now,
  status: request.amount === 0 ? "succeeded" : "pending",
  refundDue: false,
});

/** The same key came with the same body. */
export const sameRequest = (a: PaymentRequest, b: PaymentRequest): boolean =>
  a.amount === b.amount &&
  a.method === b.method &&
  (a.subject.kind === "order"
    ? b.subject.kind === "order" && a.subject.orderId === b.subject.orderId
    : b.subject.kind === "reservation" && a.subject.reservationId === b.subject.reservationId);

/** The provider has not said yet what became of it. */
export const isOpen = ({ status }: Payment): boolean => status === "pending" || status === "unknown";

/** The provider did not answer in time: no verdict, least of all a decline. */
export const fallSilent = (payment: Payment): Payment =>
  payment.status === "pending" ? { ...payment, status: "unknown" } : payment;

const impossible = (payment: Payment, step: string): never => {
  throw new DomainError({ code: "impossible-transition", from: payment.status, step });
};

/** Closes an open payment by the provider's verdict; a closed one stays as it is. */
export const closePayment = (payment: Payment, verdict: Verdict): Payment => {
  if (isOpen(payment)) return { ...payment, status: verdict === "captured" ? "succeeded" : "declined" };
  // Declined stands for ever at the provider, so it cannot have captured since.
  if (payment.status === "declined" && verdict === "captured") return impossible(payment, verdict);
  return payment;
};

/** What was paid for was given back; of nothing there is nothing to refund. */
export const refundPayment = (payment: Payment): Payment => {
  if (payment.status === "declined") return impossible(payment, "refund");
  if (payment.status !== "succeeded") return payment;
  return { ...payment, status: "refunded", refundDue: payment.amount > 0 };
};

/** The provider has the refund. */
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
