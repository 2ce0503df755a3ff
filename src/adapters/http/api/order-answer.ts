import type { z } from "zod";
import type { OrderView } from "../../../domain/order-view.js";
import { toInstant } from "../../../domain/time.js";
import type { orderSchema } from "./order-schemas.js";

/** An order as its shopper is told of it, in an answer or on a stream. */
export const orderAnswer = (order: OrderView): z.infer<typeof orderSchema> => {
  const { orderId, status, reason, lines, subtotal, discount, total, expiresAt, timeline } = order;
  return {
    orderId,
    status,
    ...(reason !== undefined && { reason }),
    items: lines.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, unitPrice })),
    subtotal,
    discount,
    total,
    ...(expiresAt !== undefined && { expiresAt: toInstant(expiresAt) }),
    timeline: timeline.map(({ event, at }) => ({ event, at: toInstant(at) })),
  };
};
