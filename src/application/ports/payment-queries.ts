import type { PaymentId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";

/** Payments that the provider is still to say the last word of. */
export type UnsettledPayments = {
  readonly charges: number;
  readonly refunds: number;
  /** When the oldest of them was begun. */
  readonly oldestAt: EpochMs | null;
};

/** Plain reads of payments. Unreachable: `DomainError` `engine-unavailable`. */
export interface PaymentQueries {
  find(paymentId: PaymentId): Promise<Payment | undefined>;
  /** Open payments that began before `before`, oldest first, those after `last`. */
  openSince(before: EpochMs, last: Payment | null, limit: number): Promise<readonly Payment[]>;
  /** Refunded payments of whose refund the provider is still to be told, oldest first, those after `last`. */
  refundsDue(last: Payment | null, limit: number): Promise<readonly Payment[]>;
  /** Counted without looking at payments that are settled. */
  unsettled(): Promise<UnsettledPayments>;
}
