import type { OrderId, UserId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** Counts of orders that are not confirmed or cancelled, without those that have an open payment. */
export type OpenOrders = {
  readonly pending: number;
  readonly awaitingPayment: number;
  /** When the oldest pending order was placed; `null` if none is pending. */
  readonly oldestPendingAt: EpochMs | null;
};

/** Reads of orders outside transactions. @throws DomainError `engine-unavailable` */
export interface OrderQueries {
  /** Returns the orders that exist, in any order. */
  byIds(orderIds: readonly OrderId[]): Promise<readonly Order[]>;
  /** Returns a page of a shopper's orders, oldest first; `undefined` if the cursor is invalid. */
  ofUser(userId: UserId, cursor: string | null, limit: number): Promise<Page<Order> | undefined>;
  /** Returns open orders past their expiry at `now` without an open payment, the oldest expiry first, after the first `skip`. */
  expired(now: EpochMs, limit: number, skip?: number): Promise<readonly OrderId[]>;
  /** Returns pending orders that have not changed since `before`, the longest unchanged first, after the first `skip`. */
  stalled(before: EpochMs, limit: number, skip?: number): Promise<readonly Order[]>;
  /** Counts open orders. The cost does not depend on the number of ended orders. */
  open(): Promise<OpenOrders>;
}
