import type { Place, QueueImage } from "../../application/ports/coupon-queue.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";

type Member = Omit<Place, "epoch">;

/** One coupon's store: the members, the takes and the next position. */
export class MemoryCouponStore {
  readonly epoch: number;
  readonly quantity: number;
  next: number;
  readonly members: Map<UserId, Member>;
  readonly taken: Set<UserId>;
  /** Members by position, for binary search. */
  private readonly order: Member[];

  constructor({ epoch, quantity, next }: Omit<QueueImage, "members">, members: readonly Member[]) {
    this.epoch = epoch;
    this.quantity = quantity;
    this.next = next;
    this.members = new Map(members.map((member) => [member.userId, member]));
    this.taken = new Set(this.members.keys());
    this.order = [...this.members.values()].sort((a, b) => a.position - b.position);
  }

  add(userId: UserId, taskId: TaskId): Member {
    const member = { userId, taskId, position: this.next };
    this.next += 1;
    this.members.set(userId, member);
    this.order.push(member);
    return member;
  }

  remove(member: Member): void {
    this.members.delete(member.userId);
    this.taken.delete(member.userId);
    this.order.splice(this.firstAfter(member.position) - 1, 1);
  }

  after(position: number, limit: number): readonly Member[] {
    const from = this.firstAfter(position);
    return this.order.slice(from, from + limit);
  }

  private firstAfter(position: number): number {
    let [low, high] = [0, this.order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.order[middle] as Member).position > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The stores of this process, shared by its queue and its stock. They are cold after a restart. */
export class MemoryCouponStores extends Map<CouponId, MemoryCouponStore> {}
