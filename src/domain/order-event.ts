import { createEvent, type EventData, type EventOf, type OrderEventType } from "./event.js";
import type { OrderId, PaymentId, UserCouponId, UserId } from "./ids.js";
import { type Money, totalOf } from "./money.js";
import type { OrderItem } from "./order-items.js";
import type { CancelReason } from "./reasons.js";
import type { EpochMs } from "./time.js";

/** The fields of an order that its events report. */
type ReportedOrder = {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly lines: readonly OrderItem[];
  readonly userCouponId: UserCouponId | null;
  readonly subtotal: Money;
  readonly discount: Money;
  /** Only if the order is confirmed. */
  readonly paymentId?: PaymentId;
  /** Only if the order is cancelled. */
  readonly reason?: CancelReason;
};

/** Returns the event of the step that led to this state of the order. */
export const orderEvent = (type: OrderEventType, order: ReportedOrder, at: EpochMs): EventOf<OrderEventType> => {
  const { orderId, userId, userCouponId, subtotal, discount, paymentId, reason } = order;
  // Only this event has items. A batch has many events, so the others do not copy them.
  const items =
    type === "order.placed" ? order.lines.map(({ productId, quantity }) => ({ productId, quantity })) : undefined;
  const total = totalOf(order);
  const data = { orderId, userId, items, userCouponId, subtotal, discount, total, paymentId, reason };
  return createEvent(type, data as EventData<OrderEventType>, at);
};
