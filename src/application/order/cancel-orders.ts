import type { OrderId } from "../../domain/ids.js";
import { cancel, holdsStock, type Order, type OrderChange } from "../../domain/order.js";
import { movesOf } from "../../domain/product.js";
import type { CancelReason } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";
import type { Transaction } from "../ports/transaction.js";
import { ChangeOrders } from "./order-step.js";

/**
 * Cancels locked orders, and gives back their stock and coupons in the same transaction. Ignores orders that have ended
 * or have an open payment. The caller saves the returned changes.
 */
export const cancelLocked = async (
  tx: Transaction,
  orders: readonly Order[],
  reason: CancelReason,
  now: EpochMs,
): Promise<readonly OrderChange[]> => {
  const cancelled = orders.flatMap((before) => {
    const change = cancel(before, reason, now);
    return change.events.length > 0 ? [{ before, change }] : [];
  });
  const reserved = cancelled.flatMap(({ before }) => (holdsStock(before) ? [before.lines] : []));
  if (!(await tx.products.move(movesOf("give-back", reserved)))) throw new Error("reserved stock is missing");
  const withCoupon = cancelled.flatMap(({ before }) => (before.userCouponId === null ? [] : [before.orderId]));
  if (withCoupon.length > 0) await tx.userCoupons.giveBack(withCoupon);
  return cancelled.map(({ change }) => change);
};

/** Cancels orders on behalf of the service. */
export class CancelOrders extends ChangeOrders {
  /** Returns how many orders it has cancelled. Ignores orders that have ended or have an open payment. */
  async execute(orderIds: readonly OrderId[], reason: CancelReason): Promise<number> {
    const changed = await this.change(orderIds, (tx, orders, now) => cancelLocked(tx, orders, reason, now));
    return changed.length;
  }
}
