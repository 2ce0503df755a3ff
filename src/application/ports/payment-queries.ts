import type { OrderId, PaymentId, UserId } from "../../domain/ids.js";
import type { Payment, PaymentStatus } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** Counts of payments that the provider has not settled yet. */
export type UnsettledPayments = {
  /** Open payments. */
  readonly charges: number;
  /** Payments whose refund is due. */
  readonly refunds: number;
  /** When the oldest of them was started; `null` if there is none. */
  readonly oldestAt: EpochMs | null;
};

/** What listed payments have in common; `null` means any. They started at `from` or later, and before `to`. */
export type PaymentFilter = {
  readonly userId: UserId | null;
  readonly status: PaymentStatus | null;
  readonly orderId: OrderId | null;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
};

/** Reads of payments outside transactions. @throws DomainError `engine-unavailable` */
export interface PaymentQueries {
  find(paymentId: PaymentId): Promise<Payment | undefined>;
  /** Lists payments, newest first. Returns `undefined` for an invalid cursor. */
  list(filter: PaymentFilter, cursor: string | null, limit: number): Promise<Page<Payment> | undefined>;
  /** Returns open payments that were started before `before`, oldest first, from the one after `last`. */
  openSince(before: EpochMs, last: Payment | null, limit: number): Promise<readonly Payment[]>;
  /** Returns payments whose refund is due, oldest first, from the one after `last`. */
  refundsDue(last: Payment | null, limit: number): Promise<readonly Payment[]>;
  /** Counts unsettled payments. The cost does not depend on the number of settled ones. */
  unsettled(): Promise<UnsettledPayments>;
}
