import type { OrderId } from "../../domain/ids.js";
import { cancel, holdsStock, type Order } from "../../domain/order.js";
import { movesOf } from "../../domain/product.js";
import type { CancelReason } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { saveSteps } from "./save-steps.js";

/**
 * Cancels those of the locked orders that are neither ended nor being paid, and gives back what they hold in this very
 * transaction, so that nothing is left to undo later. Answers which ended.
 */
export const endLocked = async (
  tx: Transaction,
  orders: readonly Order[],
  reason: CancelReason,
  now: EpochMs,
): Promise<readonly OrderId[]> => {
  const ending = orders.flatMap((before) => {
    const step = cancel(before, reason, now);
    return step.events.length > 0 ? [{ before, step }] : [];
  });
  const held = ending.flatMap(({ before }) => (holdsStock(before) ? [before.lines] : []));
  if (!(await tx.products.move(movesOf("give-back", held)))) throw new Error("reserved stock to give back is missing");
  const withCoupon = ending.flatMap(({ before }) => (before.userCouponId === null ? [] : [before.orderId]));
  if (withCoupon.length > 0) await tx.userCoupons.giveBack(withCoupon);
  return saveSteps(
    tx,
    ending.map(({ step }) => step),
  );
};

/** Cancels orders, whoever asks; one that has ended or is being paid stays as it is. */
export class EndOrders {
  private readonly work: UnitOfWork;
  private readonly notices: OrderNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: OrderNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  /** Answers how many ended by this. */
  async execute(orderIds: readonly OrderId[], reason: CancelReason): Promise<number> {
    const ended = await this.work.run(async (tx) =>
      endLocked(tx, await tx.orders.lock(orderIds), reason, this.clock.now()),
    );
    this.notices.announce(ended);
    return ended.length;
  }
}
