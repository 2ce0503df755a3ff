import { Hearers } from "../../application/hearers.js";
import type { OrderNotices } from "../../application/ports/order-notices.js";
import type { OrderId } from "../../domain/ids.js";
import { RedisChannel } from "./redis-channel.js";
import type { RedisClient } from "./redis-client.js";

/** The channel on which every node tells of changed orders. */
export const orderNoticesChannel = "rushboard:order-notices";

/** Notices by one channel for all orders: every node hears of every change, and tells those who follow it there. */
export class RedisOrderNotices implements OrderNotices {
  private readonly hearers: Hearers<OrderId, void>;
  private readonly channel: RedisChannel;

  /** @param failed hears of notices that were not sent, and of hearers that threw */
  constructor(client: RedisClient, failed: (error: unknown) => void) {
    this.hearers = new Hearers(failed);
    this.channel = new RedisChannel(client, orderNoticesChannel, failed);
  }

  /** Begins to hear; where Redis is away, as soon as it is back. */
  start(): Promise<void> {
    // Whatever it is: nobody follows what is no order's id.
    return this.channel.hear((thing) => this.hearers.tell(thing as OrderId));
  }

  announce(orderIds: readonly OrderId[]): void {
    this.channel.say(orderIds);
  }

  subscribe(orderId: OrderId, hear: () => void): () => void {
    return this.hearers.subscribe(orderId, hear);
  }
}
