import type { IdempotencyKey, PaymentId, UserId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";

/** Payments inside a transaction. What is paid for is locked before the payment. */
export interface PaymentTable {
  /** The payment that the shopper's key stands for. */
  byKey(userId: UserId, key: IdempotencyKey): Promise<Payment | undefined>;
  /** `false` where the shopper's key is taken. */
  add(payment: Payment): Promise<boolean>;
  lock(paymentId: PaymentId): Promise<Payment | undefined>;
  /** Writes a locked payment as it stands now. */
  save(payment: Payment): Promise<void>;
}
