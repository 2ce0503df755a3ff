import type { WebhookId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Webhook } from "../../domain/webhook.js";

/** Subscriptions inside a transaction. Deleted ones are not found. */
export interface WebhookTable {
  /** Inserts the webhook and the digest of its request. Returns `false` if the id is in use. */
  add(webhook: Webhook, requestDigest: string): Promise<boolean>;
  /** Reads the digest of the request that created the webhook, without a lock. */
  requestDigest(webhookId: WebhookId): Promise<string | undefined>;
  /** Locks the row. */
  lock(webhookId: WebhookId): Promise<Webhook | undefined>;
  /** Locks an enabled webhook in shared mode: it does not change before the transaction ends. */
  lockEnabled(key: WebhookKey): Promise<Webhook | undefined>;
  /** Writes what may change: target, events, `enabled`, secrets, `retryingSince`. */
  save(webhook: Webhook): Promise<void>;
  /** Deletes the webhook. Its deliveries are never sent again, and their rows are deleted later. */
  delete(key: WebhookKey, at: EpochMs): Promise<void>;
}
