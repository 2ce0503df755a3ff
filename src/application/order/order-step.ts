import type { EventOf, OrderEventType } from "../../domain/event.js";
import type { OrderId } from "../../domain/ids.js";
import type { Order, OrderChange } from "../../domain/order.js";
import type { EpochMs } from "../../domain/time.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Writes changed orders and their events. Returns the ids of the orders that have changed. */
export const saveChanges = async (tx: Transaction, changes: readonly OrderChange[]): Promise<readonly OrderId[]> => {
  const changed = changes.filter(({ events }) => events.length > 0);
  if (changed.length === 0) return [];
  await tx.orders.save(changed.map(({ order }) => order));
  await tx.outbox.add(changed.flatMap(({ events }) => events));
  return changed.map(({ order }) => order.orderId);
};

/** Decides what changes of locked orders, and moves the stock and coupons that belong to it. */
export type Decide = (tx: Transaction, orders: readonly Order[], now: EpochMs) => Promise<readonly OrderChange[]>;

/** Changes orders in batches: one transaction locks them, decides and saves. Then the changed ones are announced. */
export abstract class ChangeOrders {
  private readonly work: UnitOfWork;
  private readonly notices: OrderNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: OrderNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  /** Returns the ids of the orders that have changed. */
  protected async change(orderIds: readonly OrderId[], decide: Decide): Promise<readonly OrderId[]> {
    const changed = await this.work.run(async (tx) => {
      const orders = await tx.orders.lock(orderIds);
      return saveChanges(tx, await decide(tx, orders, this.clock.now()));
    });
    this.notices.announce(changed);
    return changed;
  }
}

/** One step of the order flow. It ignores orders for which it is done already or not due. */
export abstract class OrderStep<T extends OrderEventType> extends ChangeOrders implements Reaction<T> {
  /** Decides the step for locked orders. */
  protected abstract readonly decide: Decide;

  /** Runs the step for the orders of these events. */
  async execute(events: readonly EventOf<T>[]): Promise<void> {
    await this.advance(events.map(({ data }) => data.orderId));
  }

  /** Runs the step for these orders. */
  async advance(orderIds: readonly OrderId[]): Promise<void> {
    await this.change(orderIds, this.decide);
  }
}
