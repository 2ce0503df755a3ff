import type { WebhookId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Webhook } from "../../domain/webhook.js";
import type { Value } from "./dialect.js";

export type WebhookRecord = {
  readonly webhook_key: WebhookKey;
  readonly webhook_id: WebhookId;
  readonly url: string;
  readonly event_types: string;
  readonly secrets: string;
  readonly enabled: number;
  readonly created_at: EpochMs;
  readonly retrying_since: EpochMs;
};

export const webhookOf = (row: WebhookRecord): Webhook => ({
  key: row.webhook_key,
  webhookId: row.webhook_id,
  url: row.url,
  events: JSON.parse(row.event_types),
  enabled: row.enabled === 1,
  secrets: JSON.parse(row.secrets),
  createdAt: row.created_at,
  retryingSince: row.retrying_since,
});

/** The columns that may change. */
export const changingWebhookColumns = ({ url, events, enabled, secrets, retryingSince }: Webhook) =>
  ({
    url,
    event_types: JSON.stringify(events),
    secrets: JSON.stringify(secrets),
    enabled: enabled ? 1 : 0,
    retrying_since: retryingSince,
  }) satisfies Record<string, Value>;
