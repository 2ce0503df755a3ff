import type { PaymentStatus } from "../../domain/payment.js";
import { isBackendUnavailable } from "../../domain/problem.js";

/** Hears how a payment ended that no request's answer shows, or what kept one from ending. */
export type ClosedLate = (outcome: PaymentStatus | Error) => void;

/** Tells of an error; one that an engine was away is none, for the payment is met again. */
export const tellError = (closedLate: ClosedLate, error: unknown): void => {
  if (!isBackendUnavailable(error)) closedLate(error instanceof Error ? error : new Error(String(error)));
};
