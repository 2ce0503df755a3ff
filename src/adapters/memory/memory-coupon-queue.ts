import type {
  CouponQueue,
  Entrant,
  Join,
  Place,
  QueueCounts,
  QueueImage,
} from "../../application/ports/coupon-queue.js";
import type { CouponId } from "../../domain/ids.js";
import { MemoryCouponStore, type MemoryCouponStores } from "./memory-coupon-stores.js";

/** The queue of a process that works alone. Each step is atomic because it never awaits. */
export class MemoryCouponQueue implements CouponQueue {
  private readonly stores: MemoryCouponStores;

  constructor(stores: MemoryCouponStores) {
    this.stores = stores;
  }

  async join(couponId: CouponId, entrants: readonly Entrant[], leastEpoch: number): Promise<readonly Join[]> {
    const store = this.stores.get(couponId);
    return entrants.map(({ userId, taskId }): Join => {
      if (store === undefined || store.epoch < leastEpoch) return { kind: "cold" };
      const { epoch } = store;
      const member = store.members.get(userId);
      if (member !== undefined) return { kind: member.taskId === taskId ? "admitted" : "already-in", epoch, ...member };
      if (store.members.size >= store.quantity) return { kind: "full" };
      return { kind: "admitted", epoch, ...store.add(userId, taskId) };
    });
  }

  async counts(couponIds: readonly CouponId[]): Promise<readonly (QueueCounts | null)[]> {
    return couponIds.map((couponId) => {
      const store = this.stores.get(couponId);
      if (store === undefined) return null;
      const { epoch, quantity, next, members, taken } = store;
      return { epoch, quantity, next, members: members.size, taken: taken.size };
    });
  }

  async membersAfter(
    couponId: CouponId,
    epoch: number,
    position: number,
    limit: number,
  ): Promise<readonly Place[] | null> {
    const store = this.stores.get(couponId);
    if (store?.epoch !== epoch) return null;
    return store.after(position, limit).map((member) => ({ epoch, ...member }));
  }

  async load(couponId: CouponId, image: QueueImage): Promise<void> {
    const members: Omit<Place, "epoch">[] = [];
    for await (const page of image.members) members.push(...page);
    const current = this.stores.get(couponId);
    if (current !== undefined && current.epoch >= image.epoch) return;
    this.stores.set(couponId, new MemoryCouponStore(image, members));
  }

  async drop(couponId: CouponId, epoch: number): Promise<void> {
    const store = this.stores.get(couponId);
    if (store !== undefined && store.epoch <= epoch) this.stores.delete(couponId);
  }
}
