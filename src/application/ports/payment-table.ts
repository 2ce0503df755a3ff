import type { IdempotencyKey, PaymentId, UserId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";

/** Payments inside a transaction. The caller locks the order or seat before the payment. */
export interface PaymentTable {
  /** Reads the payment of the shopper's key. */
  byKey(userId: UserId, key: IdempotencyKey): Promise<Payment | undefined>;
  /** Inserts the payment. Returns `false` if the shopper's key is in use. */
  add(payment: Payment): Promise<boolean>;
  /** Writes the status of a closed payment. Returns `false`, and writes nothing, if the payment was closed before. */
  close(payment: Payment): Promise<boolean>;
  /** Locks the payment's row and reads it. */
  lock(paymentId: PaymentId): Promise<Payment | undefined>;
  /** Writes the status of a locked payment, its refunded amount, and whether a refund is due. */
  save(payment: Payment): Promise<void>;
}
