import type { DomainEvent } from "./event.js";
import type { WebhookId, WebhookKey } from "./ids.js";
import { after, type EpochMs, fromInstant } from "./time.js";

/** The event types that a webhook may subscribe to. */
export const webhookEventTypes = [
  "coupon.issued",
  "coupon.failed",
  "order.confirmed",
  "order.cancelled",
  "order.refunded",
  "payment.confirmed",
  "schedule.sold-out",
  "schedule.cancelled",
] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** The subscription that `WEBHOOK_URL` makes. */
export const settingsWebhookId = "settings" as WebhookId;
export const settingsWebhookKey = "settings" as WebhookKey;
export const settingsEvents: readonly WebhookEventType[] = ["schedule.sold-out"];

/** A key of signatures. `until`: when it stops to sign; `null` for the newest. */
export type SigningSecret = { readonly secret: string; readonly until: EpochMs | null };

/** A subscription of a target to events. */
export type Webhook = {
  readonly key: WebhookKey;
  readonly webhookId: WebhookId;
  readonly url: string;
  readonly events: readonly WebhookEventType[];
  readonly enabled: boolean;
  /** Newest first. */
  readonly secrets: readonly SigningSecret[];
  readonly createdAt: EpochMs;
  /** When it was created, enabled or given another target: earlier failures do not count. */
  readonly retryingSince: EpochMs;
};

export const deliveryStates = ["pending", "delivered", "failed"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export type WebhookChange = Partial<Pick<Webhook, "url" | "events" | "enabled">>;

/** How long a replaced secret still signs. */
const overlapMs = 86_400_000;
/** Secrets that sign at the same time, so that the header stays short. */
const maxSecrets = 5;
/** Older events are not delivered: the rows that prevent a second delivery are kept a little longer than this. */
const maxEventAgeMs = 30 * 86_400_000;
/** The fewest bytes of a key. */
const minKeyBytes = 24;

/** Returns the changed webhook, with its types in the order of the list. Another target, and enabling, start the time in which a delivery may fail again. */
export const changeWebhook = (webhook: Webhook, change: WebhookChange, now: EpochMs): Webhook => {
  const { events = webhook.events } = change;
  const changed = { ...webhook, ...change, events: webhookEventTypes.filter((type) => events.includes(type)) };
  const restarts = changed.url !== webhook.url || (changed.enabled && !webhook.enabled);
  return restarts ? { ...changed, retryingSince: now } : changed;
};

/** Whether nothing of a webhook was changed. */
export const isSameWebhook = (one: Webhook, other: Webhook): boolean =>
  one.url === other.url && one.enabled === other.enabled && one.events.join() === other.events.join();

/** Puts a new secret in front. The secrets before it sign for another 24 h. */
export const rotateSecret = (webhook: Webhook, secret: string, now: EpochMs): Webhook => {
  const replaced = webhook.secrets
    .filter(({ until }) => until === null || until > now)
    .map(({ secret, until }) => ({ secret, until: until ?? after(now, overlapMs) }));
  return { ...webhook, secrets: [{ secret, until: null }, ...replaced].slice(0, maxSecrets) };
};

/** Returns the secrets that sign at `now`, newest first. */
export const signingSecrets = ({ secrets }: Pick<Webhook, "secrets">, now: EpochMs): readonly string[] =>
  secrets.filter(({ until }) => until === null || until > now).map(({ secret }) => secret);

/** Whether the event is young enough to be delivered. */
export const isDeliverable = ({ at }: DomainEvent, now: EpochMs): boolean =>
  fromInstant(at) >= after(now, -maxEventAgeMs);

/** Whether the webhook receives the event. */
export const isSubscribed = ({ enabled, events, createdAt }: Webhook, event: DomainEvent): boolean =>
  enabled && (events as readonly string[]).includes(event.type) && fromInstant(event.at) >= createdAt;

const utf8Bytes = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/** Whether the text is a signing secret: at least 24 bytes, or `whsec_` and at least 24 bytes in base64. */
export const isSigningSecret = (text: string): boolean => {
  if (!text.startsWith("whsec_")) return utf8Bytes(text) >= minKeyBytes;
  const base64 = /^([A-Za-z0-9+/]+)={0,2}$/.exec(text.slice("whsec_".length))?.[1];
  return base64 !== undefined && Math.floor((base64.length * 3) / 4) >= minKeyBytes;
};
