import { z } from "zod";
import type { FollowOrder } from "../../../application/order/follow-order.js";
import type { OrderQueries } from "../../../application/ports/order-queries.js";
import type { OrderId, UserId } from "../../../domain/ids.js";
import { hasEnded, type Order } from "../../../domain/order.js";
import { type OrderView, orderAsOf } from "../../../domain/order-view.js";
import { DomainError } from "../../../domain/problem.js";
import { cancelReasons } from "../../../domain/reasons.js";
import { toInstant } from "../../../domain/time.js";
import { eventFrame } from "../server/event-stream.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { component, countSchema, idSchema, moneySchema, pageQuery, pageSchema, timeSchema } from "../server/schemas.js";

export const orderFacts = {
  orderId: idSchema,
  status: z.enum(["pending", "awaiting-payment", "confirmed", "cancelled"]),
  reason: z.enum(cancelReasons).optional(),
  items: z.array(z.strictObject({ productId: idSchema, quantity: countSchema, unitPrice: moneySchema })),
  subtotal: moneySchema,
  discount: moneySchema,
  total: moneySchema,
  expiresAt: timeSchema.optional(),
  timeline: z.array(
    z.strictObject({
      event: z.enum([
        "order.placed",
        "stock.reserved",
        "stock.refused",
        "coupon.redeemed",
        "coupon.redemption-refused",
        "order.priced",
        "order.confirmed",
        "order.cancelled",
      ]),
      at: timeSchema,
    }),
  ),
};
export const orderSchema = component("Order", z.strictObject(orderFacts));

/** An order as responses and event streams show it. */
export const orderResponse = (order: OrderView): z.infer<typeof orderSchema> => {
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

/** Returns the order's version in a `Last-Event-ID`; `null` if it is malformed or of another order. */
const versionIn = (lastEventId: string | undefined, orderId: OrderId): number | null => {
  const [, id, version] = /^([\w-]+):([1-9]\d{0,8})$/.exec(lastEventId ?? "") ?? [];
  return id === orderId ? Number(version) : null;
};

type Needs = { readonly followOrder: FollowOrder; readonly orders: OrderQueries };

/** Orders: read and followed by their shopper. */
export const orderTrackingRoutes = ({ followOrder, orders }: Needs): readonly Route[] => {
  const find = async (orderId: OrderId, shopper: UserId): Promise<Order> => {
    const [order] = await orders.byIds([orderId]);
    if (order?.userId !== shopper) throw new DomainError({ code: "order-not-found", orderId });
    return order;
  };
  return [
    route({
      method: "GET",
      path: "/orders",
      access: "shopper",
      summary: "List your orders",
      query: pageQuery,
      responses: { 200: pageSchema("OrderPage", orderSchema) },
      problems: ["engine-unavailable"],
      handle: async ({ query: { cursor = null, limit }, shopper }) =>
        pageResponse(await orders.ofUser(shopper, cursor, limit), (order) => orderResponse(orderAsOf(order))),
    }),
    route({
      method: "GET",
      path: "/orders/:orderId",
      isHot: true,
      access: "shopper",
      summary: "Read an order with its timeline",
      responses: { 200: orderSchema },
      problems: ["order-not-found", "engine-unavailable"],
      handle: async ({ params, shopper }) => ({
        status: 200,
        body: orderResponse(orderAsOf(await find(params.orderId, shopper))),
      }),
    }),
    route({
      method: "GET",
      path: "/orders/:orderId/events",
      access: "shopper",
      summary: "Follow an order until it ends",
      description:
        "Events: `status` with the id `<orderId>:<n>` and the order's JSON. First the current state, or every state " +
        "after Last-Event-ID, then each change. When the order has ended, the stream closes. With the last id as " +
        "Last-Event-ID the response is 204, which stops an EventSource.",
      ticketFor: "orderId",
      responses: { 200: "text/event-stream", 204: null },
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
          stream.send(eventFrame("status", JSON.stringify(orderResponse(view)), `${orderId}:${version}`));
          if (last) stream.end();
        });
        stream.onClose(leave);
        return stream;
      },
    }),
  ];
};
