import { z } from "zod";
import type { DeliveryView } from "../../../application/ports/webhook-queries.js";
import { toInstant } from "../../../domain/time.js";
import { deliveryStates, isSigningSecret, type Webhook, webhookEventTypes } from "../../../domain/webhook.js";
import { arrayOf, component, countSchema, idSchema, timeSchema } from "../server/schemas.js";

const urlMessage = "must be an http or https URL of at most 2000 characters, without user name and password";
const isTargetUrl = (text: string): boolean => {
  if (text.length > 2000 || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
};
const urlSchema = z
  .string(urlMessage)
  .refine(isTargetUrl, urlMessage)
  .meta({ format: "uri", maxLength: 2000, example: "https://shop.example/hooks" });

const typeSchema = z.enum(webhookEventTypes, `must be one of ${webhookEventTypes.join(", ")}`);
const eventsSchema = arrayOf(typeSchema, 1, webhookEventTypes.length)
  .refine((types) => new Set(types).size === types.length, "must not contain a type twice")
  .meta({ uniqueItems: true });

const secretMessage = "must be 24 to 200 bytes, or whsec_ and at least 24 bytes in base64";
const secretSchema = z
  .string(secretMessage)
  .refine((text) => isSigningSecret(text) && text.length <= 200 && /^[\x21-\x7e]+$/.test(text), secretMessage)
  .meta({ minLength: 24, maxLength: 200, pattern: "^[\\x21-\\x7e]+$" });

export const newWebhookSchema = component(
  "NewWebhook",
  z.strictObject({
    webhookId: idSchema.optional(),
    url: urlSchema,
    events: eventsSchema,
    secret: secretSchema.describe("Signs the messages; created if it is missing").optional(),
  }),
);

export const webhookChangeSchema = component(
  "WebhookChange",
  z
    .strictObject({
      url: urlSchema.optional(),
      events: eventsSchema.optional(),
      enabled: z.boolean("must be true or false").optional(),
    })
    .refine((change) => Object.keys(change).length > 0, "must have at least one of url, events and enabled")
    .meta({ minProperties: 1 }),
);

const webhook = {
  webhookId: idSchema,
  url: z.string(),
  events: z.array(typeSchema),
  enabled: z.boolean(),
  createdAt: timeSchema.nullable().describe("Older events are not delivered. null for the webhook of the settings"),
};
export const webhookSchema = component("Webhook", z.strictObject(webhook));
export const createdWebhookSchema = component(
  "CreatedWebhook",
  z.strictObject({ ...webhook, secret: z.string().describe("Shown in this response only") }),
);
export const newSecretSchema = component(
  "NewWebhookSecret",
  z.strictObject({ webhookId: idSchema, secret: z.string().describe("Shown in this response only") }),
);

export const deliverySchema = component(
  "WebhookDelivery",
  z.strictObject({
    deliveryId: idSchema,
    eventId: z.string(),
    type: typeSchema,
    status: z.enum(deliveryStates),
    attempts: countSchema,
    lastStatus: z.int().nullable().describe("HTTP status of the last response"),
    lastError: z.string().nullable().describe("Reason of the last failure, without any part of the response's body"),
    nextAt: timeSchema.nullable().describe("When the next attempt is due; null unless pending"),
  }),
);

export const deliveryStatusMessage = `must be one of ${deliveryStates.join(", ")}`;

export const webhookResponse = ({
  webhookId,
  url,
  events,
  enabled,
  createdAt,
}: Webhook): z.infer<typeof webhookSchema> => ({
  webhookId,
  url,
  events: [...events],
  enabled,
  createdAt: toInstant(createdAt),
});

export const deliveryResponse = (delivery: DeliveryView): z.infer<typeof deliverySchema> => {
  const { deliveryId, eventId, type, state, attempts, lastStatus, lastError, nextAt } = delivery;
  return {
    ...{ deliveryId, eventId, type, status: state, attempts, lastStatus, lastError },
    nextAt: nextAt === null ? null : toInstant(nextAt),
  };
};
