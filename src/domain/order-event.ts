import type { EventId, EventOf } from "./event.js";
import { totalOf } from "./money.js";
import type { CancelledOrder, ConfirmedOrder, Order, OrderEventType } from "./order.js";
import type { Payment } from "./payment.js";
import type { Sale } from "./sale.js";
import { type EpochMs, toInstant } from "./time.js";

const dataOf = (type: OrderEventType, order: Order): EventOf<OrderEventType>["data"] => {
  const { orderId, userId, subtotal, discount } = order;
  switch (type) {
    case "order.placed": {
      const items = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
      return { orderId, userId, items, userCouponId: order.userCouponId };
    }
    case "stock.reserved":
    case "stock.refused":
    case "coupon.redeemed":
    case "coupon.redemption-refused":
      return { orderId, userId };
    case "order.priced":
      return { orderId, userId, subtotal, discount, total: totalOf(order) };
    case "order.confirmed": {
      const { paymentId } = order as ConfirmedOrder;
      return { orderId, userId, subtotal, discount, total: totalOf(order), paymentId };
    }
    case "order.cancelled":
      return { orderId, userId, reason: (order as CancelledOrder).reason };
  }
};

/** What happened to an order, as it stands after it; each happens to an order once, so the id is made of both. */
export const orderEvent = (type: OrderEventType, order: Order, at: EpochMs): EventOf<OrderEventType> =>
  ({
    id: `${type}:${order.orderId}` as EventId,
    type,
    at: toInstant(at),
    data: dataOf(type, order),
  }) as EventOf<OrderEventType>;

/** A payment was captured. */
export const paymentConfirmed = (payment: Payment, at: EpochMs): EventOf<"payment.confirmed"> => {
  const { paymentId, userId, amount, subject } = payment;
  return {
    id: `payment.confirmed:${paymentId}` as EventId,
    type: "payment.confirmed",
    at: toInstant(at),
    data: {
      paymentId,
      userId,
      amount,
      orderId: subject.kind === "order" ? subject.orderId : null,
      reservationId: subject.kind === "reservation" ? subject.reservationId : null,
    },
  };
};

/** A sale is there to be booked. */
export const productSold = (sale: Sale, at: EpochMs): EventOf<"product.sold"> => ({
  id: `product.sold:${sale.saleId}` as EventId,
  type: "product.sold",
  at: toInstant(at),
  data: { ...sale, occurredAt: toInstant(sale.occurredAt) },
});
