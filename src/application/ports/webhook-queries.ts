import type { DeliveryId, WebhookId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { DeliveryState, Webhook, WebhookEventType } from "../../domain/webhook.js";
import type { Page } from "./page.js";

/** A delivery as operators see it. */
export type DeliveryView = {
  readonly deliveryId: DeliveryId;
  readonly eventId: string;
  readonly type: WebhookEventType;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** The status of the last response, and the reason of the last failure; `null` if there was none. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** When the next attempt is due; `null` after the delivery has ended. */
  readonly nextAt: EpochMs | null;
};

/** How many deliveries of a webhook wait or have failed. */
export type DeliveryCounts = {
  readonly webhookId: WebhookId;
  readonly enabled: boolean;
  readonly pending: number;
  readonly failed: number;
  /** When the oldest pending delivery was added. */
  readonly oldestPendingAt: EpochMs | null;
};

/** Reads of webhooks outside transactions. @throws DomainError `engine-unavailable` */
export interface WebhookQueries {
  find(webhookId: WebhookId): Promise<Webhook | undefined>;
  /** Returns a page of webhooks, oldest first; `undefined` if the cursor is invalid. */
  list(cursor: string | null, limit: number): Promise<Page<Webhook> | undefined>;
  enabled(): Promise<readonly Webhook[]>;
  findDelivery(key: WebhookKey, deliveryId: DeliveryId): Promise<DeliveryView | undefined>;
  /** Returns a page of deliveries, oldest first; `undefined` if the cursor is invalid. */
  deliveries(
    key: WebhookKey,
    state: DeliveryState | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<DeliveryView> | undefined>;
  /** Counts the deliveries of every webhook, and of the settings' webhook if it has any. */
  counts(): Promise<readonly DeliveryCounts[]>;
}
