import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueue, Join, Place } from "../ports/coupon-queue.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import type { NewId } from "../ports/new-id.js";
import type { RebuildQueue } from "./rebuild-queue.js";
import { SoldOutMemory } from "./sold-out-memory.js";

type Standing = Exclude<Join, { kind: "full" | "cold" }>;

/** Asks the queue for a place, has a cold store rebuilt, and remembers for a second whom it refused. */
export class JoinQueue {
  private readonly soldOut = new SoldOutMemory();
  private readonly queue: CouponQueue;
  private readonly stock: CouponStock;
  private readonly rebuild: RebuildQueue;
  private readonly clock: Clock;
  private readonly newId: NewId;

  constructor(queue: CouponQueue, stock: CouponStock, rebuild: RebuildQueue, clock: Clock, newId: NewId) {
    this.queue = queue;
    this.stock = stock;
    this.rebuild = rebuild;
    this.clock = clock;
    this.newId = newId;
  }

  /**
   * The shopper's place, new or first.
   * @throws DomainError `coupon-sold-out`; `claim-not-accepted` while the store is being rebuilt.
   */
  async execute(couponId: CouponId, userId: UserId): Promise<Standing> {
    const now = this.clock.now();
    const refusal = this.soldOut.recall(couponId, userId, now);
    if (refusal !== undefined) throw refusal;
    const taskId = this.newId() as TaskId;
    const ask = () => this.queue.join(couponId, userId, taskId, this.rebuild.knownEpoch(couponId));
    let join = await ask();
    if (join.kind === "cold" && (await this.rebuild.execute(couponId))) join = await ask();
    switch (join.kind) {
      case "full":
        throw this.soldOut.note(couponId, userId, now);
      case "cold":
        throw new DomainError({ code: "claim-not-accepted", couponId });
      case "admitted":
      case "already-in":
        return join;
    }
  }

  /** Joins anew in the place of a claim that has failed. */
  async again(couponId: CouponId, failed: Place): Promise<Standing> {
    await this.stock.giveBack(couponId, [failed]);
    return this.execute(couponId, failed.userId);
  }

  /** Drops a store that the database has contradicted, so that it is cold and rebuilt. */
  async distrust(couponId: CouponId, place: Place): Promise<void> {
    await this.queue.drop(couponId, place.epoch);
  }
}
