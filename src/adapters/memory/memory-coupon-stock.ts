import type { CouponStock, Holder } from "../../application/ports/coupon-stock.js";
import type { CouponId } from "../../domain/ids.js";
import type { MemoryCouponStores } from "./memory-coupon-stores.js";

/** The stock beside `MemoryCouponQueue`, on the same stores. */
export class MemoryCouponStock implements CouponStock {
  private readonly stores: MemoryCouponStores;

  constructor(stores: MemoryCouponStores) {
    this.stores = stores;
  }

  async take(couponId: CouponId, holders: readonly Holder[]): Promise<void> {
    const store = this.stores.get(couponId);
    for (const { userId, taskId } of holders)
      if (store?.members.get(userId)?.taskId === taskId) store.taken.add(userId);
  }

  async giveBack(couponId: CouponId, holders: readonly Holder[]): Promise<void> {
    const store = this.stores.get(couponId);
    for (const { userId, taskId } of holders) {
      const member = store?.members.get(userId);
      if (member?.taskId === taskId) store?.remove(member);
    }
  }
}
