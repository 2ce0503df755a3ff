import type { PaymentStatus } from "../../domain/payment.js";

/** Receives how a payment was closed that its response did not show, or the error that kept a payment open. */
export type ReportLateClose = (outcome: PaymentStatus | Error) => void;
