import { Hearers } from "../../application/hearers.js";
import type { OrderNotices } from "../../application/ports/order-notices.js";
import type { OrderId } from "../../domain/ids.js";

/** Notices within one process. */
export class MemoryOrderNotices implements OrderNotices {
  private readonly hearers: Hearers<OrderId, void>;

  /** @param failed hears of hearers that threw */
  constructor(failed: (error: unknown) => void = () => {}) {
    this.hearers = new Hearers(failed);
  }

  announce(orderIds: readonly OrderId[]): void {
    for (const orderId of orderIds) this.hearers.tell(orderId);
  }

  subscribe(orderId: OrderId, hear: () => void): () => void {
    return this.hearers.subscribe(orderId, hear);
  }
}
