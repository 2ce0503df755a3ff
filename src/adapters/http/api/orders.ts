import type { CancelOrder } from "../../../application/order/cancel-order.js";
import type { FollowOrder } from "../../../application/order/follow-order.js";
import type { PlaceOrder } from "../../../application/order/place-order.js";
import type { NewId } from "../../../application/ports/new-id.js";
import type { OrderQueries } from "../../../application/ports/order-queries.js";
import type { OrderId, ProductId, UserCouponId, UserId } from "../../../domain/ids.js";
import { hasEnded, type Order } from "../../../domain/order.js";
import { orderAsOf } from "../../../domain/order-view.js";
import { DomainError } from "../../../domain/problem.js";
import { emptyBody, pageQuery } from "../server/api-schemas.js";
import { eventFrame } from "../server/event-stream.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";
import type { Tickets } from "../server/ticket.js";
import { orderAnswer } from "./order-answer.js";
import { newOrderSchema, orderPage, orderSchema, placedOrderSchema, standingOrderSchema } from "./order-schemas.js";

type Needs = {
  readonly placeOrder: PlaceOrder;
  readonly cancelOrder: CancelOrder;
  readonly followOrder: FollowOrder;
  readonly orders: OrderQueries;
  readonly tickets: Tickets;
  readonly newId: NewId;
};

/** The version of the order that a `Last-Event-ID` names; one of another shape, or of another order, names none. */
const versionIn = (lastEventId: string | undefined, orderId: OrderId): number | null => {
  const [, id, version] = /^([\w-]+):([1-9]\d{0,8})$/.exec(lastEventId ?? "") ?? [];
  return id === orderId ? Number(version) : null;
};

/** Orders: placed, watched and taken back by their shoppers. */
export const orderRoutes = (needs: Needs): readonly Route[] => {
  const { placeOrder, cancelOrder, followOrder, orders, tickets, newId } = needs;
  const find = async (orderId: OrderId, shopper: UserId): Promise<Order> => {
    const [order] = await orders.byIds([orderId]);
    if (order?.userId !== shopper) throw new DomainError({ code: "order-not-found", orderId });
    return order;
  };
  return [
    route({
      method: "POST",
      path: "/orders",
      access: "shopper",
      summary: "Place an order",
      description:
        "202: the order is placed, and stock, coupon and price follow. 200: your order of this id and body from " +
        "before, as it stands. Prices are those of now; lines of one product are merged.",
      limited: true,
      body: newOrderSchema,
      answers: { 202: placedOrderSchema, 200: standingOrderSchema },
      problems: ["product-not-found", "coupon-not-found", "order-too-large", "id-taken", "engine-unavailable"],
      async handle({ body, shopper }) {
        const orderId = (body.orderId ?? newId()) as OrderId;
        const self = `/api/v1/orders/${orderId}`;
        // Before the order stands: after that, nothing may keep its shopper from hearing of it.
        const links = { self, events: `${self}/events?ticket=${await tickets.issue("orderId", orderId, shopper)}` };
        const { placed, order } = await placeOrder.execute({
          orderId,
          userId: shopper,
          items: body.items.map(({ productId, quantity }) => ({ productId: productId as ProductId, quantity })),
          userCouponId: (body.userCouponId ?? null) as UserCouponId | null,
        });
        const headers = ["Location", self];
        return placed
          ? { status: 202, body: { orderId, status: "pending", links }, headers }
          : { status: 200, body: { ...orderAnswer(orderAsOf(order)), links }, headers };
      },
    }),
    route({
      method: "GET",
      path: "/orders",
      access: "shopper",
      summary: "Your orders",
      query: pageQuery,
      answers: { 200: orderPage },
      problems: ["engine-unavailable"],
      handle: async ({ query: { cursor = null, limit }, shopper }) =>
        pageAnswer(await orders.ofUser(shopper, cursor, limit), (order) => orderAnswer(orderAsOf(order))),
    }),
    route({
      method: "GET",
      path: "/orders/:orderId",
      access: "shopper",
      summary: "An order as it stands, with its timeline",
      answers: { 200: orderSchema },
      problems: ["order-not-found", "engine-unavailable"],
      async handle({ params, shopper }) {
        return { status: 200, body: orderAnswer(orderAsOf(await find(params.orderId, shopper))) };
      },
    }),
    route({
      method: "POST",
      path: "/orders/:orderId/cancellation",
      access: "shopper",
      summary: "Cancel an order",
      description: "202: cancelled, and its stock and coupon are given back. 200: it was cancelled before.",
      body: emptyBody,
      answers: { 202: orderSchema, 200: orderSchema },
      problems: ["order-not-found", "order-not-cancellable", "engine-unavailable"],
      async handle({ params, shopper }) {
        const { cancelled, order } = await cancelOrder.execute(params.orderId, shopper);
        return { status: cancelled ? 202 : 200, body: orderAnswer(orderAsOf(order)) };
      },
    }),
    route({
      method: "GET",
      path: "/orders/:orderId/events",
      access: "shopper",
      summary: "Follow an order to its end",
      description:
        "Events `status` (id `<orderId>:<n>`), each with the JSON of the order: the present one, or all after " +
        "Last-Event-ID, then each change; at the order's end the stream closes. With the last id as Last-Event-ID: " +
        "204, which tells an EventSource to stop.",
      ticketFor: "orderId",
      answers: { 200: "text/event-stream", 204: null },
      problems: ["order-not-found", "too-many-streams", "engine-unavailable"],
      async handle(context) {
        const { params, shopper } = context;
        const { orderId } = params;
        const seen = versionIn(context.lastEventId, orderId);
        if (seen !== null) {
          const order = await find(orderId, shopper);
          if (hasEnded(order) && seen === order.timeline.length) return { status: 204 };
        }
        const stream = context.openStream();
        const leave = await followOrder.execute(orderId, shopper, seen, ({ view, version, last }) => {
          stream.send(eventFrame("status", JSON.stringify(orderAnswer(view)), `${orderId}:${version}`));
          if (last) stream.end();
        });
        stream.onClose(leave);
        return stream;
      },
    }),
  ];
};
