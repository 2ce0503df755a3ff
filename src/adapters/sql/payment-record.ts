import type { IdempotencyKey, OrderId, PaymentId, ReservationId, UserId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import { isOpen, type Payment, type PaymentStatus, type ProviderName } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";

/** A row of `payments`. */
export type PaymentRecord = {
  readonly payment_id: PaymentId;
  readonly user_id: UserId;
  readonly idempotency_key: IdempotencyKey;
  readonly order_id: OrderId | null;
  readonly reservation_id: ReservationId | null;
  readonly amount: Money;
  /** The digest. */
  readonly method: string;
  readonly provider: ProviderName;
  readonly status: PaymentStatus;
  readonly opened_at: EpochMs;
  readonly open_state: "charge" | "refund" | null;
  readonly refunded: Money;
};

export const paymentRecordOf = (payment: Payment): PaymentRecord => ({
  payment_id: payment.paymentId,
  user_id: payment.userId,
  idempotency_key: payment.key,
  order_id: payment.subject.kind === "order" ? payment.subject.orderId : null,
  reservation_id: payment.subject.kind === "reservation" ? payment.subject.reservationId : null,
  amount: payment.amount,
  method: payment.methodDigest,
  provider: payment.provider,
  status: payment.status,
  opened_at: payment.openedAt,
  open_state: openStateOf(payment),
  refunded: payment.refunded,
});

const openStateOf = (payment: Payment): PaymentRecord["open_state"] => {
  if (isOpen(payment)) return "charge";
  return payment.refundDue ? "refund" : null;
};

export const paymentOf = (row: PaymentRecord): Payment => ({
  paymentId: row.payment_id,
  userId: row.user_id,
  key: row.idempotency_key,
  subject:
    row.order_id === null
      ? { kind: "reservation", reservationId: row.reservation_id as ReservationId }
      : { kind: "order", orderId: row.order_id },
  amount: row.amount,
  methodDigest: row.method,
  provider: row.provider,
  status: row.status,
  openedAt: row.opened_at,
  refundDue: row.open_state === "refund",
  refunded: row.refunded,
});
