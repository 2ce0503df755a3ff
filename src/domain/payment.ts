import { createEvent, type EventOf } from "./event.js";
import type { IdempotencyKey, OrderId, PaymentId, ReservationId, UserId } from "./ids.js";
import type { Money } from "./money.js";
import { DomainError } from "./problem.js";
import type { EpochMs } from "./time.js";

/** What a payment is for. */
export type Subject =
  | { readonly kind: "order"; readonly orderId: OrderId }
  | { readonly kind: "reservation"; readonly reservationId: ReservationId };

/** What the provider charges, such as a token: 1–255 characters. It is neither stored nor logged. */
export type PaymentMethod = string;

/** The providers by the names that payments store: the built-in sandbox, or the shop's payment bridge. */
export type ProviderName = "sandbox" | "http";

/** A shopper's request to pay. A key belongs to one request. */
export type PaymentRequest = {
  readonly userId: UserId;
  readonly key: IdempotencyKey;
  readonly subject: Subject;
  readonly amount: Money;
  readonly method: PaymentMethod;
};

export const paymentStatuses = ["pending", "unknown", "succeeded", "declined", "refunded"] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export type Payment = Omit<PaymentRequest, "method"> & {
  readonly paymentId: PaymentId;
  /** The SHA-256 of the payment method, to compare requests. */
  readonly methodDigest: string;
  /** The provider that captures, voids and refunds this payment, also after a change of settings. */
  readonly provider: ProviderName;
  readonly openedAt: EpochMs;
  readonly status: PaymentStatus;
  /** The provider has not acknowledged the refund yet. */
  readonly refundDue: boolean;
  /** The sum of the refunds, acknowledged or due. */
  readonly refunded: Money;
};

/** What a payment has beyond its request when it starts. */
export type PaymentStart = Pick<Payment, "paymentId" | "methodDigest" | "provider">;

/** The provider's final answer for a payment. */
export type Verdict = "captured" | "declined" | "voided";

/** Creates a payment. A payment of amount 0 has succeeded already, and is never sent to the provider. */
export const beginPayment = (
  { method: _, ...request }: PaymentRequest,
  start: PaymentStart,
  now: EpochMs,
): Payment => ({
  ...request,
  ...start,
  openedAt: now,
  status: request.amount === 0 ? "succeeded" : "pending",
  refundDue: false,
  refunded: 0 as Money,
});

/** What must be equal in two requests under one key. */
type RequestFacts = Pick<Payment, "amount" | "methodDigest" | "subject">;

/** Returns whether two requests under one key are the same. */
export const sameRequest = (a: RequestFacts, b: RequestFacts): boolean =>
  a.amount === b.amount &&
  a.methodDigest === b.methodDigest &&
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

/** Closes an open payment. A closed one does not change. */
export const closePayment = (payment: Payment, verdict: Verdict): Payment => {
  if (isOpen(payment)) return { ...payment, status: verdict === "captured" ? "succeeded" : "declined" };
  return payment;
};

/** Returns whether the verdict contradicts how the payment was closed. Then money was moved, or not, against its status. */
export const contradicts = (payment: Payment, verdict: Verdict): boolean =>
  !isOpen(payment) && (payment.status === "declined") === (verdict === "captured");

/**
 * Records that the order or seat was given back. A refund is due unless the amount is 0.
 * @throws DomainError `impossible-transition` if the payment was declined
 */
export const refundPayment = (payment: Payment): Payment => {
  if (payment.status === "declined") return impossible(payment, "refund");
  if (payment.status !== "succeeded") return payment;
  return { ...payment, status: "refunded", refundDue: payment.amount > 0, refunded: payment.amount };
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
