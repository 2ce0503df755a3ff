import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Payment, Verdict } from "../../domain/payment.js";

/**
 * Moves money. For one payment id the first of captured, declined and voided stands for ever, and every later call
 * answers it: a void bars a later capture, and a void of a captured payment changes nothing and answers `captured`.
 * Every call is safe to send again. A call may fail, answer late, or never answer: then nothing is known.
 */
export interface PaymentProvider {
  capture(payment: Pick<Payment, "paymentId" | "amount" | "method">): Promise<Verdict>;
  void(paymentId: PaymentId): Promise<Verdict>;
  /** Resolves once the provider has the refund; only of a captured payment. */
  refund(paymentId: PaymentId, amount: Money): Promise<void>;
}
