import type { CouponStock, Holder } from "../../application/ports/coupon-stock.js";
import type { CouponId } from "../../domain/ids.js";
import type { RedisClient } from "./redis-client.js";
import { couponKeys } from "./redis-keys.js";

const holdersACall = 500;

/** The stock in the queue's own store in Redis; every step is one script. */
export class RedisCouponStock implements CouponStock {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async take(couponId: CouponId, holders: readonly Holder[]): Promise<void> {
    const { tasks, taken } = couponKeys(couponId);
    for (const some of slices(holders)) await this.client.run("takeCoupons", [tasks, taken], ...some);
  }

  async giveBack(couponId: CouponId, holders: readonly Holder[]): Promise<void> {
    const keys = Object.values(couponKeys(couponId));
    for (const some of slices(holders)) await this.client.run("giveBackPlaces", keys, ...some);
  }
}

/** As the scripts take them: the shoppers, then their tasks. */
function* slices(holders: readonly Holder[]): Generator<readonly string[]> {
  for (let from = 0; from < holders.length; from += holdersACall) {
    const some = holders.slice(from, from + holdersACall);
    yield [...some.map(({ userId }) => userId), ...some.map(({ taskId }) => taskId)];
  }
}
