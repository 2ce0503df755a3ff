import { type Money, totalOf } from "./money.js";
import type { Order } from "./order.js";
import type { CancelReason } from "./reasons.js";
import type { EpochMs } from "./time.js";

/** An order as its shopper sees it: the JSON of `GET /orders/{orderId}`, with times in epoch milliseconds. */
export type OrderView = Pick<Order, "orderId" | "lines" | "subtotal" | "discount" | "timeline"> & {
  readonly status: Order["status"];
  readonly reason?: CancelReason;
  readonly total: Money;
  /** Only until the order is confirmed or cancelled. */
  readonly expiresAt?: EpochMs;
};

/** Returns the version of the order that has `entries` timeline entries, so that a follower can receive each version. */
export const orderAsOf = (order: Order, entries: number = order.timeline.length): OrderView => {
  const { orderId, lines, subtotal, expiresAt } = order;
  const timeline = order.timeline.slice(0, entries);
  const discount = timeline.some(({ event }) => event === "order.priced") ? order.discount : (0 as Money);
  const facts = { orderId, lines, subtotal, discount, total: totalOf({ subtotal, discount }), timeline };
  switch (timeline.at(-1)?.event) {
    case "order.confirmed":
      return { ...facts, status: "confirmed" };
    case "order.cancelled":
      return { ...facts, status: "cancelled", ...(order.status === "cancelled" && { reason: order.reason }) };
    case "order.priced":
      return { ...facts, status: "awaiting-payment", expiresAt };
    default:
      return { ...facts, status: "pending", expiresAt };
  }
};
