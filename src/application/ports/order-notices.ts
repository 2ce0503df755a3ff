import type { OrderId } from "../../domain/ids.js";

/**
 * Announces orders that have changed to whoever follows them, on any node. A notice says only that: followers read
 * the row. It may be lost or come twice, so they subscribe *before* they read, and read again every 5 s.
 */
export interface OrderNotices {
  /** Never throws and waits for nothing that an order needs. */
  announce(orderIds: readonly OrderId[]): void;
  /** Hears of the order until the answer is called. */
  subscribe(orderId: OrderId, hear: () => void): () => void;
}
