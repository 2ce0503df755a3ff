import type { OrderId, UserId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** Orders that have not ended. */
export type OpenOrders = {
  readonly pending: number;
  readonly awaitingPayment: number;
  /** When the oldest pending one was placed. */
  readonly oldestPendingAt: EpochMs | null;
};

/** Plain reads of orders. Unreachable: `DomainError` `engine-unavailable`. */
export interface OrderQueries {
  byIds(orderIds: readonly OrderId[]): Promise<readonly Order[]>;
  /** A shopper's orders, oldest first; a bad cursor: `undefined`. */
  ofUser(userId: UserId, cursor: string | null, limit: number): Promise<Page<Order> | undefined>;
  /** Orders that have not ended, are past their time at `now`, and are not being paid; oldest first. */
  expired(now: EpochMs, limit: number): Promise<readonly OrderId[]>;
  /** Pending orders that have not changed since `before`, the longest unchanged first. */
  stalled(before: EpochMs, limit: number): Promise<readonly Order[]>;
  /** Counted without looking at orders that have ended. */
  open(): Promise<OpenOrders>;
}
