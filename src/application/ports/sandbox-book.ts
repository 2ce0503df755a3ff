import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";

/** What became of a payment; `amount` is what it moved: 0 unless captured. */
export type SandboxEntry = { readonly paymentId: PaymentId; readonly verdict: Verdict; readonly amount: Money };

/** Money that was moved in all, in the currency's minor unit. */
export type SandboxTotals = { readonly captured: number; readonly refunded: number };

/**
 * What the sandbox provider knows. It stands for the books of a real one: so it is written outside the payments'
 * transactions, and every node sees the same. Every call is safe to send again.
 */
export interface SandboxBook {
  /** Enters a payment's verdict unless it has one, and answers the one that stands. */
  record(entry: SandboxEntry): Promise<Verdict>;
  /** Whether the payment has this refund, now or before; false where nothing, or less, was captured. */
  refund(paymentId: PaymentId, amount: Money): Promise<boolean>;
  totals(): Promise<SandboxTotals>;
}
