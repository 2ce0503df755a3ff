import { z } from "zod";
import type { CancelOrder } from "../../../application/order/cancel-order.js";
import type { PlaceOrder } from "../../../application/order/place-order.js";
import type { NewId } from "../../../application/ports/new-id.js";
import type { OrderId, ProductId, UserCouponId } from "../../../domain/ids.js";
import { orderAsOf } from "../../../domain/order-view.js";
import type { Tickets } from "../server/callers.js";
import type { ProblemEntries } from "../server/problems.js";
import { type Route, route } from "../server/route.js";
import { arrayOf, component, emptyBody, idSchema, integer } from "../server/schemas.js";
import { orderFacts, orderResponse, orderSchema } from "./order-tracking.js";

const maxLines = 50;
const maxUnits = 1000;

const newOrderSchema = component(
  "NewOrder",
  z.strictObject({
    orderId: idSchema.optional(),
    items: arrayOf(z.strictObject({ productId: idSchema, quantity: integer(1, maxUnits) }), 1, maxLines),
    userCouponId: idSchema.optional(),
  }),
);

const linksSchema = z.strictObject({ self: z.string(), events: z.string() });

const placedOrderSchema = component(
  "PlacedOrder",
  z.strictObject({ orderId: idSchema, status: z.literal("pending"), links: linksSchema }),
);

const existingOrderSchema = component("ExistingOrder", z.strictObject({ ...orderFacts, links: linksSchema }));

export const orderProblems = {
  "order-not-found": {
    status: 404,
    title: "Order not found",
    meaning: "You have no order with this id.",
    advice: "GET /api/v1/orders lists your orders. Send the request as the shopper who placed the order.",
    detail: ({ orderId }) => `You have no order with the id ${orderId}.`,
  },
  "order-too-large": {
    status: 422,
    title: "Order is too large",
    meaning: "The subtotal of an order must not exceed the greatest amount.",
    advice: "Order less, or split the order.",
    detail: ({ subtotal, greatest }) => `The subtotal must be at most ${greatest}, but is ${subtotal}.`,
  },
  "order-not-cancellable": {
    status: 409,
    title: "Order cannot be cancelled",
    meaning: "The order is confirmed, or a payment of it is open.",
    advice: "Only orders that are neither confirmed nor being paid can be cancelled.",
    detail: (problem) =>
      problem.cause === "confirmed"
        ? `Order ${problem.orderId} is confirmed.`
        : `Payment ${problem.paymentId} of order ${problem.orderId} is open.`,
    adviceFor: (problem) =>
      problem.cause === "confirmed"
        ? "A confirmed order cannot be cancelled."
        : `Wait until GET /api/v1/payments/${problem.paymentId} has a result. If it is declined, cancel again.`,
  },
  "order-not-payable": {
    status: 409,
    title: "Order cannot be paid",
    meaning: "The order has no total yet, or it is cancelled, or it has expired.",
    advice: "Pay an order while its status is awaiting-payment and before its expiresAt.",
    detail: (problem) => {
      switch (problem.cause) {
        case "not-priced":
          return `Order ${problem.orderId} is pending: its total is not known yet.`;
        case "cancelled":
          return `Order ${problem.orderId} is cancelled; the reason is ${problem.reason}.`;
        case "expired":
          return `Order ${problem.orderId} expired at ${problem.expiresAt}.`;
      }
    },
    adviceFor: (problem) =>
      problem.cause === "not-priced"
        ? "Follow links.events, or poll the order, until its status is awaiting-payment. Then pay its total."
        : "Place a new order.",
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly placeOrder: PlaceOrder;
  readonly cancelOrder: CancelOrder;
  readonly tickets: Tickets;
  readonly newId: NewId;
};

/** Orders: placed and cancelled by their shopper. */
export const orderRoutes = (needs: Needs): readonly Route[] => {
  const { placeOrder, cancelOrder, tickets, newId } = needs;
  return [
    route({
      method: "POST",
      path: "/orders",
      isHot: true,
      access: "shopper",
      summary: "Place an order",
      description:
        "202: the order is placed at the current prices; stock, coupon and total follow. 200: you placed this order " +
        "before (same id and body); this is its current state. Lines of one product are merged.",
      rateLimited: true,
      body: newOrderSchema,
      example: { orderId: "order-1", items: [{ productId: "lamp", quantity: 2 }] },
      responses: { 202: placedOrderSchema, 200: existingOrderSchema },
      links: ["GET /orders/:orderId", "GET /orders/:orderId/events", "POST /orders/:orderId/cancellation"],
      problems: ["product-not-found", "coupon-not-found", "order-too-large", "id-taken", "engine-unavailable"],
      async handle({ body, shopper }) {
        const orderId = (body.orderId ?? newId()) as OrderId;
        const self = `/api/v1/orders/${orderId}`;
        // Signed before the order is placed: afterwards no failure may hide the order from its shopper.
        const links = await tickets.links(self, "orderId", orderId, shopper);
        const { placed, order } = await placeOrder.execute({
          orderId,
          userId: shopper,
          items: body.items.map(({ productId, quantity }) => ({ productId: productId as ProductId, quantity })),
          userCouponId: (body.userCouponId ?? null) as UserCouponId | null,
        });
        const headers = ["Location", self];
        return placed
          ? { status: 202, body: { orderId, status: "pending", links }, headers }
          : { status: 200, body: { ...orderResponse(orderAsOf(order)), links }, headers };
      },
    }),
    route({
      method: "POST",
      path: "/orders/:orderId/cancellation",
      access: "shopper",
      summary: "Cancel an order",
      description: "202: cancelled; its stock and its coupon are given back. 200: the order was cancelled before.",
      body: emptyBody,
      responses: { 202: orderSchema, 200: orderSchema },
      problems: ["order-not-found", "order-not-cancellable", "engine-unavailable"],
      async handle({ params, shopper }) {
        const { cancelled, order } = await cancelOrder.execute(params.orderId, shopper);
        return { status: cancelled ? 202 : 200, body: orderResponse(orderAsOf(order)) };
      },
    }),
  ];
};
