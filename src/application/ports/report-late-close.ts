import type { Payment, PaymentStatus, Verdict } from "../../domain/payment.js";

/** A verdict that contradicts how its payment was closed. An operator must compare the payment with the provider. */
export type Contradiction = { readonly payment: Payment; readonly verdict: Verdict };

/**
 * Receives how a payment was closed that its response did not show, the error that kept a payment open, or a
 * contradictory answer.
 */
export type ReportLateClose = (outcome: PaymentStatus | Error | Contradiction) => void;
