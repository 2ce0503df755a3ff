import type { PaymentId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";

/** Counts of payments that the provider has not settled yet. */
export type UnsettledPayments = {
  /** Open payments. */
  readonly charges: number;
  /** Payments whose refund is due. */
  readonly refunds: number;
  /** When the oldest of them was started; `null` if there is none. */
  readonly oldestAt: EpochMs | null;
};

/** Reads of payments outside transactions. @throws DomainError `engine-unavailable` */
export interface PaymentQueries {
  find(paymentId: PaymentId): Promise<Payment | undefined>;
  /** Returns open payments that were started before `before`, oldest first, from the one after `last`. */
  openSince(before: EpochMs, last: Payment | null, limit: number): Promise<readonly Payment[]>;
  /** Returns payments whose refund is due, oldest first, from the one after `last`. */
  refundsDue(last: Payment | null, limit: number): Promise<readonly Payment[]>;
  /** Counts unsettled payments. The cost does not depend on the number of settled ones. */
  unsettled(): Promise<UnsettledPayments>;
}
