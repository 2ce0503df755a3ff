import type { Entrant } from "../../application/ports/coupon-queue.js";
import type { CouponStock } from "../../application/ports/coupon-stock.js";
import type { CouponId } from "../../domain/ids.js";
import type { MemoryCouponStores } from "./memory-coupon-stores.js";

/** The stock of a process that works alone, in the stores of `MemoryCouponQueue`. */
export class MemoryCouponStock implements CouponStock {
  private readonly stores: MemoryCouponStores;

  constructor(stores: MemoryCouponStores) {
    this.stores = stores;
  }

  async take(couponId: CouponId, holders: readonly Entrant[]): Promise<void> {
    const store = this.stores.get(couponId);
    for (const { userId, taskId } of holders)
      if (store?.members.get(userId)?.taskId === taskId) store.taken.add(userId);
  }

  async giveBack(couponId: CouponId, holders: readonly Entrant[]): Promise<void> {
    const store = this.stores.get(couponId);
    for (const { userId, taskId } of holders) {
      const member = store?.members.get(userId);
      if (member?.taskId === taskId) store?.remove(member);
    }
  }
}
