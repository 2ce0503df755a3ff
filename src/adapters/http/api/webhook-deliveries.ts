import { z } from "zod";
import type { WebhookQueries } from "../../../application/ports/webhook-queries.js";
import type { ReplayDelivery } from "../../../application/webhook/replay-delivery.js";
import type { WebhookId, WebhookKey } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { deliveryStates, settingsWebhookId, settingsWebhookKey } from "../../../domain/webhook.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { emptyBody, pageQuery, pageSchema } from "../server/schemas.js";
import { deliveryResponse, deliverySchema, deliveryStatusMessage } from "./webhook-schemas.js";

type Needs = { readonly replayDelivery: ReplayDelivery; readonly webhooks: WebhookQueries };

const deliveryQuery = pageQuery.extend({
  status: z.enum(deliveryStates, deliveryStatusMessage).describe("Only deliveries with this status").optional(),
});

/** For operators: what became of the events of a webhook. */
export const webhookDeliveryRoutes = ({ replayDelivery, webhooks }: Needs): readonly Route[] => {
  const keyOf = async (webhookId: WebhookId): Promise<WebhookKey> => {
    if (webhookId === settingsWebhookId) return settingsWebhookKey;
    const found = await webhooks.find(webhookId);
    if (found === undefined) throw new DomainError({ code: "webhook-not-found", webhookId });
    return found.key;
  };
  return [
    route({
      method: "GET",
      path: "/admin/webhooks/:webhookId/deliveries",
      access: "admin",
      summary: "List the deliveries of a webhook",
      query: deliveryQuery,
      responses: { 200: pageSchema("WebhookDeliveryPage", deliverySchema) },
      problems: ["webhook-not-found", "engine-unavailable"],
      async handle({ params, query: { status = null, cursor = null, limit } }) {
        const page = await webhooks.deliveries(await keyOf(params.webhookId), status, cursor, limit);
        return pageResponse(page, deliveryResponse);
      },
    }),
    route({
      method: "POST",
      path: "/admin/webhooks/:webhookId/deliveries/:deliveryId/replay",
      access: "admin",
      summary: "Send a delivery again",
      description: "A pending delivery is due immediately. One that was delivered or has failed starts over.",
      body: emptyBody,
      responses: { 202: deliverySchema },
      problems: ["webhook-not-found", "webhook-delivery-not-found", "engine-unavailable"],
      async handle({ params: { webhookId, deliveryId }, operator }) {
        const key = await replayDelivery.execute(webhookId, deliveryId, operator);
        const delivery = await webhooks.findDelivery(key, deliveryId);
        if (delivery === undefined) throw new DomainError({ code: "webhook-delivery-not-found", deliveryId });
        return { status: 202, body: deliveryResponse(delivery) };
      },
    }),
  ];
};
