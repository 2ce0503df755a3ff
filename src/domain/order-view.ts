import { type Money, totalOf } from "./money.js";
import type { Order } from "./order.js";
import type { CancelReason } from "./reasons.js";
import type { EpochMs } from "./time.js";

/** An order as its shopper sees it; the JSON of `GET /orders/{orderId}` but for the times. */
export type OrderView = Pick<Order, "orderId" | "lines" | "subtotal" | "discount" | "timeline"> & {
  readonly status: Order["status"];
  readonly reason?: CancelReason;
  readonly total: Money;
  /** While it has not ended. */
  readonly expiresAt?: EpochMs;
};

/** The order after its first `entries` timeline entries, so that whoever missed a change can be told of each. */
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
