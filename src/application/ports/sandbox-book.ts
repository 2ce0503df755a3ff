import type { PaymentId, RefundId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";

/** The verdict of a payment, and the captured amount: 0 unless captured. */
export type SandboxEntry = { readonly paymentId: PaymentId; readonly verdict: Verdict; readonly amount: Money };

/** Sums in the currency's minor unit. */
export type SandboxTotals = { readonly captured: number; readonly refunded: number };

/**
 * The book of the sandbox provider. Like the books of a real provider it is written outside the payments' transactions,
 * and is the same for every node. Every call may be repeated.
 */
export interface SandboxBook {
  /** Records the payment's verdict unless it has one. Returns the recorded verdict. */
  record(entry: SandboxEntry): Promise<Verdict>;
  /**
   * Records a refund once per id. Returns whether the payment has exactly this refund; false, and records nothing, if all
   * refunds would exceed what was captured.
   */
  refund(paymentId: PaymentId, refundId: RefundId, amount: Money): Promise<boolean>;
  totals(): Promise<SandboxTotals>;
}
