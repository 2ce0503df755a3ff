import { createEvent, type EventData, type EventOf, type OrderEventType } from "./event.js";
import type { OrderId, PaymentId, ProductId, UserCouponId, UserId } from "./ids.js";
import { type Money, totalOf } from "./money.js";
import type { CancelReason } from "./reasons.js";
import type { EpochMs } from "./time.js";

/** What the events of an order report about it. */
type ReportedOrder = {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly lines: readonly { readonly productId: ProductId; readonly quantity: number }[];
  readonly userCouponId: UserCouponId | null;
  readonly subtotal: Money;
  readonly discount: Money;
  /** Of a confirmed order. */
  readonly paymentId?: PaymentId;
  /** Of a cancelled order. */
  readonly reason?: CancelReason;
};

/** The event of a step that led to this state of the order. */
export const orderEvent = (type: OrderEventType, order: ReportedOrder, at: EpochMs): EventOf<OrderEventType> => {
  const items = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const data = { ...order, items, total: totalOf(order) };
  return createEvent(type, data as EventData<OrderEventType>, at);
};
