import type { NewId } from "../../../application/ports/new-id.js";
import type { WebhookQueries } from "../../../application/ports/webhook-queries.js";
import type { WebhookEndpoint } from "../../../application/ports/webhook-targets.js";
import type { ChangeWebhook } from "../../../application/webhook/change-webhook.js";
import type { CreateWebhook } from "../../../application/webhook/create-webhook.js";
import type { DeleteWebhook } from "../../../application/webhook/delete-webhook.js";
import type { WebhookId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { settingsEvents, settingsWebhookId, type WebhookChange } from "../../../domain/webhook.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { emptyBody, pageQuery, pageSchema } from "../server/schemas.js";
import {
  createdWebhookSchema,
  newSecretSchema,
  newWebhookSchema,
  webhookChangeSchema,
  webhookResponse,
  webhookSchema,
} from "./webhook-schemas.js";

type Needs = {
  readonly createWebhook: CreateWebhook;
  readonly changeWebhook: ChangeWebhook;
  readonly deleteWebhook: DeleteWebhook;
  readonly webhooks: WebhookQueries;
  readonly settingsWebhook: WebhookEndpoint | null;
  readonly newId: NewId;
};

/** The webhook of the settings. The query of its URL may contain a token, so it is not shown. */
const settingsResponse = ({ url }: WebhookEndpoint) => {
  const { origin, pathname } = new URL(url);
  const events = [...settingsEvents];
  return { webhookId: settingsWebhookId, url: origin + pathname, events, enabled: true, createdAt: null };
};

/** For operators: targets that receive events. */
export const webhookRoutes = ({
  createWebhook,
  changeWebhook,
  deleteWebhook,
  webhooks,
  settingsWebhook,
  newId,
}: Needs): readonly Route[] => {
  const find = async (webhookId: WebhookId) => {
    if (webhookId === settingsWebhookId && settingsWebhook !== null) return settingsResponse(settingsWebhook);
    const found = await webhooks.find(webhookId);
    if (found === undefined) throw new DomainError({ code: "webhook-not-found", webhookId });
    return webhookResponse(found);
  };
  return [
    route({
      method: "GET",
      path: "/admin/webhooks",
      access: "admin",
      summary: "List webhooks",
      description: "The first page begins with the webhook `settings` if WEBHOOK_URL is set. No secret is shown.",
      query: pageQuery,
      responses: { 200: pageSchema("WebhookPage", webhookSchema) },
      problems: ["engine-unavailable"],
      async handle({ query: { cursor = null, limit } }) {
        const { status, body } = pageResponse(await webhooks.list(cursor, limit), webhookResponse);
        const first = cursor === null && settingsWebhook !== null ? [settingsResponse(settingsWebhook)] : [];
        return { status, body: { ...body, items: [...first, ...body.items] } };
      },
    }),
    route({
      method: "POST",
      path: "/admin/webhooks",
      access: "admin",
      summary: "Send events to a target",
      description:
        "Events from now on are sent to the URL, signed as Standard Webhooks specifies. The secret is in this response " +
        "only: a repeated request with the same id and body returns 200 without it.",
      body: newWebhookSchema,
      example: { webhookId: "erp", url: "https://shop.example/hooks", events: ["order.confirmed", "order.cancelled"] },
      responses: { 201: createdWebhookSchema, 200: webhookSchema },
      links: ["GET /admin/webhooks/:webhookId", "PATCH /admin/webhooks/:webhookId"],
      problems: ["id-taken", "engine-unavailable"],
      async handle({ body, operator }) {
        const webhookId = (body.webhookId ?? newId()) as WebhookId;
        const created = await createWebhook.execute({ ...body, webhookId }, operator);
        const headers = ["Location", `/api/v1/admin/webhooks/${webhookId}`];
        if (created === null) return { status: 200, body: await find(webhookId), headers };
        const { webhook, secret } = created;
        return { status: 201, body: { ...webhookResponse(webhook), secret }, headers };
      },
    }),
    route({
      method: "GET",
      path: "/admin/webhooks/:webhookId",
      access: "admin",
      summary: "Read a webhook",
      responses: { 200: webhookSchema },
      problems: ["webhook-not-found", "engine-unavailable"],
      handle: async ({ params }) => ({ status: 200, body: await find(params.webhookId) }),
    }),
    route({
      method: "PATCH",
      path: "/admin/webhooks/:webhookId",
      access: "admin",
      summary: "Change a webhook",
      description:
        "A new URL applies to pending deliveries too. While a webhook is disabled, new events are not stored for it and " +
        "pending deliveries wait.",
      body: webhookChangeSchema,
      example: { enabled: false },
      responses: { 200: webhookSchema },
      problems: ["webhook-not-found", "webhook-in-settings", "engine-unavailable"],
      handle: async ({ params: { webhookId }, body, operator }) => ({
        status: 200,
        // JSON has no `undefined`: a field that is present has a value.
        body: webhookResponse(await changeWebhook.change(webhookId, body as WebhookChange, operator)),
      }),
    }),
    route({
      method: "DELETE",
      path: "/admin/webhooks/:webhookId",
      access: "admin",
      summary: "Delete a webhook and its deliveries",
      responses: { 204: null },
      problems: ["webhook-not-found", "webhook-in-settings", "engine-unavailable"],
      async handle({ params, operator }) {
        await deleteWebhook.execute(params.webhookId, operator);
        return { status: 204 };
      },
    }),
    route({
      method: "POST",
      path: "/admin/webhooks/:webhookId/secret",
      access: "admin",
      summary: "Replace the secret of a webhook",
      description:
        "For 24 h messages carry a signature by each secret, the new one first. Each request creates a secret.",
      body: emptyBody,
      responses: { 200: newSecretSchema },
      problems: ["webhook-not-found", "webhook-in-settings", "engine-unavailable"],
      async handle({ params: { webhookId }, operator }) {
        return { status: 200, body: { webhookId, secret: await changeWebhook.rotateSecret(webhookId, operator) } };
      },
    }),
  ];
};
