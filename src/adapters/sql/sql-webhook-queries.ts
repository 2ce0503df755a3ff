import type { Page } from "../../application/ports/page.js";
import type { DeliveryCounts, DeliveryView, WebhookQueries } from "../../application/ports/webhook-queries.js";
import type { DeliveryId, WebhookId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import {
  type DeliveryState,
  settingsWebhookId,
  settingsWebhookKey,
  type Webhook,
  type WebhookEventType,
} from "../../domain/webhook.js";
import { type List, readPage } from "./cursor.js";
import { type Database, read } from "./database.js";
import { rowIdOf } from "./sql-webhook-delivery-table.js";
import { type WebhookRecord, webhookOf } from "./webhook-record.js";

type DeliveryRecord = {
  readonly delivery_id: number;
  readonly event_id: string;
  readonly event_type: WebhookEventType;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due_at: EpochMs | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
};
type CountRecord = {
  readonly webhook_key: WebhookKey;
  readonly state: DeliveryState;
  readonly n: number | string;
  readonly oldest: number;
};

const webhooks: List = { name: "webhooks", order: { created_at: "number", webhook_id: "string" } };
const deliveries: List = { name: "webhook-deliveries", order: { delivery_id: "number" } };

const viewOf = (row: DeliveryRecord): DeliveryView => ({
  deliveryId: String(row.delivery_id) as DeliveryId,
  eventId: row.event_id,
  type: row.event_type,
  state: row.state,
  attempts: row.attempts,
  lastStatus: row.last_status,
  lastError: row.last_error,
  nextAt: row.due_at,
});

/** Reads of webhooks and their deliveries. */
export class SqlWebhookQueries implements WebhookQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async find(webhookId: WebhookId): Promise<Webhook | undefined> {
    const row = await read<WebhookRecord | undefined>(this.db.knex("webhooks").where("webhook_id", webhookId).first());
    return row && webhookOf(row);
  }

  list(cursor: string | null, limit: number): Promise<Page<Webhook> | undefined> {
    return readPage(this.existing(), webhooks, cursor, limit, webhookOf);
  }

  async enabled(): Promise<readonly Webhook[]> {
    return (await read<WebhookRecord[]>(this.existing().where("enabled", 1))).map(webhookOf);
  }

  async findDelivery(key: WebhookKey, deliveryId: DeliveryId): Promise<DeliveryView | undefined> {
    const id = rowIdOf(deliveryId);
    if (id === undefined) return undefined;
    const row = await read<DeliveryRecord | undefined>(this.of(key).where("delivery_id", id).first());
    return row && viewOf(row);
  }

  deliveries(
    key: WebhookKey,
    state: DeliveryState | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<DeliveryView> | undefined> {
    const rows = this.of(key);
    if (state !== null) rows.where("state", state);
    return readPage(rows, deliveries, cursor, limit, viewOf);
  }

  async counts(): Promise<readonly DeliveryCounts[]> {
    const known = (await read<WebhookRecord[]>(this.existing())).map(webhookOf);
    const counted = await read<CountRecord[]>(
      this.db
        .knex("subscription_deliveries")
        .whereIn("webhook_key", [settingsWebhookKey, ...known.map(({ key }) => key)])
        .whereIn("state", ["pending", "failed"])
        .groupBy("webhook_key", "state")
        .select("webhook_key", "state")
        .count({ n: "*" })
        .min({ oldest: "delivery_id" }),
    );
    const addedAt = await this.addedAt(counted.filter(({ state }) => state === "pending").map(({ oldest }) => oldest));
    const countsOf = (key: WebhookKey, webhookId: WebhookId, enabled: boolean): DeliveryCounts => {
      const rowOf = (wanted: DeliveryState) =>
        counted.find(({ webhook_key, state }) => webhook_key === key && state === wanted);
      const [pending, failed] = [rowOf("pending"), rowOf("failed")];
      const oldestPendingAt = (pending && addedAt.get(Number(pending.oldest))) ?? null;
      return { webhookId, enabled, pending: Number(pending?.n ?? 0), failed: Number(failed?.n ?? 0), oldestPendingAt };
    };
    const hasSettings = counted.some(({ webhook_key }) => webhook_key === settingsWebhookKey);
    return [
      ...known.map(({ key, webhookId, enabled }) => countsOf(key, webhookId, enabled)),
      ...(hasSettings ? [countsOf(settingsWebhookKey, settingsWebhookId, true)] : []),
    ];
  }

  private existing() {
    return this.db.knex("webhooks").whereNull("deleted_at");
  }

  private of(key: WebhookKey) {
    return this.db.knex("subscription_deliveries").where("webhook_key", key);
  }

  private async addedAt(deliveryIds: readonly number[]): Promise<ReadonlyMap<number, EpochMs>> {
    if (deliveryIds.length === 0) return new Map();
    const rows = await read<{ delivery_id: number; added_at: EpochMs }[]>(
      this.db.knex("subscription_deliveries").whereIn("delivery_id", deliveryIds).select("delivery_id", "added_at"),
    );
    return new Map(rows.map(({ delivery_id, added_at }) => [delivery_id, added_at]));
  }
}
