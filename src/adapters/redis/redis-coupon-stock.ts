import type { Entrant } from "../../application/ports/coupon-queue.js";
import type { CouponStock } from "../../application/ports/coupon-stock.js";
import type { CouponId } from "../../domain/ids.js";
import type { RedisClient } from "./redis-client.js";
import { couponKeys } from "./redis-keys.js";

const holdersPerScript = 500;

/** The stock in the queue's store in Redis. Every step is one script. */
export class RedisCouponStock implements CouponStock {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async take(couponId: CouponId, holders: readonly Entrant[]): Promise<void> {
    const { tasks, taken } = couponKeys(couponId);
    for (const args of argumentPages(holders)) await this.client.run("takeCoupons", [tasks, taken], ...args);
  }

  async giveBack(couponId: CouponId, holders: readonly Entrant[]): Promise<void> {
    const keys = Object.values(couponKeys(couponId));
    for (const args of argumentPages(holders)) await this.client.run("giveBackPlaces", keys, ...args);
  }
}

/** The scripts' arguments: the shoppers, then their tasks. */
function* argumentPages(holders: readonly Entrant[]): Generator<readonly string[]> {
  for (let from = 0; from < holders.length; from += holdersPerScript) {
    const page = holders.slice(from, from + holdersPerScript);
    yield [...page.map(({ userId }) => userId), ...page.map(({ taskId }) => taskId)];
  }
}
