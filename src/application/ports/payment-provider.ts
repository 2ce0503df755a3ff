import type { PaymentId, RefundId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { PaymentMethod, Verdict } from "../../domain/payment.js";

/** What a provider charges. */
export type Charge = { readonly paymentId: PaymentId; readonly amount: Money; readonly method: PaymentMethod };

/**
 * Moves money. For one payment id the first of captured, declined and voided is final, and every later call returns it.
 * So a void blocks a later capture, and a void of a captured payment changes nothing and returns `captured`. Every call
 * may be repeated. A call may fail, answer late or never answer: then its outcome is unknown.
 */
export interface PaymentProvider {
  capture(charge: Charge): Promise<Verdict>;
  void(paymentId: PaymentId): Promise<Verdict>;
  /**
   * Refunds a captured payment or a part of it, once per refund id. Resolves when the provider has acknowledged the
   * refund. Rejects, and refunds nothing, if the payment was not captured, if the refunds would exceed the captured
   * amount, or if the refund id was used with another amount.
   */
  refund(paymentId: PaymentId, refundId: RefundId, amount: Money): Promise<void>;
}
