import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Payment, Verdict } from "../../domain/payment.js";

/**
 * Moves money. For one payment id the first of captured, declined and voided is final, and every later call returns it.
 * So a void blocks a later capture, and a void of a captured payment changes nothing and returns `captured`. Every call
 * may be repeated. A call may fail, answer late or never answer: then its outcome is unknown.
 */
export interface PaymentProvider {
  capture(payment: Pick<Payment, "paymentId" | "amount" | "method">): Promise<Verdict>;
  void(paymentId: PaymentId): Promise<Verdict>;
  /** Refunds a captured payment. Resolves when the provider has acknowledged the refund. */
  refund(paymentId: PaymentId, amount: Money): Promise<void>;
}
