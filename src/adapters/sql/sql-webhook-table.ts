import type { WebhookTable } from "../../application/ports/webhook-table.js";
import type { WebhookId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Webhook } from "../../domain/webhook.js";
import { insertIfNew } from "./insert-rows.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";
import { changingWebhookColumns, type WebhookRecord, webhookOf } from "./webhook-record.js";

/** Subscriptions, in one transaction. */
export class SqlWebhookTable implements WebhookTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add(webhook: Webhook, requestDigest: string): Promise<boolean> {
    return insertIfNew(this.trx, "webhooks", {
      webhook_key: webhook.key,
      webhook_id: webhook.webhookId,
      ...changingWebhookColumns(webhook),
      request_digest: requestDigest,
      created_at: webhook.createdAt,
    });
  }

  async requestDigest(webhookId: WebhookId): Promise<string | undefined> {
    const sql = "SELECT request_digest FROM webhooks WHERE webhook_id = ?";
    const [row] = await selectRows<{ request_digest: string }>(this.trx, sql, [webhookId]);
    return row?.request_digest;
  }

  async lock(webhookId: WebhookId): Promise<Webhook | undefined> {
    const sql = "SELECT * FROM webhooks WHERE webhook_id = ?";
    const [row] = await lockRows<WebhookRecord>(this.trx, sql, [webhookId]);
    return row && webhookOf(row);
  }

  async lockEnabled(key: WebhookKey): Promise<Webhook | undefined> {
    const sql = "SELECT * FROM webhooks WHERE webhook_key = ? AND deleted_at IS NULL AND enabled = 1";
    const [row] = await lockRows<WebhookRecord>(this.trx, sql, [key], "SHARE");
    return row && webhookOf(row);
  }

  async save(webhook: Webhook): Promise<void> {
    const columns = changingWebhookColumns(webhook);
    const set = Object.keys(columns).map((column) => `${column} = ?`);
    await changeRows(this.trx, `UPDATE webhooks SET ${set.join(", ")} WHERE webhook_key = ?`, [
      ...Object.values(columns),
      webhook.key,
    ]);
  }

  async delete(key: WebhookKey, at: EpochMs): Promise<void> {
    // The row stays until its deliveries are deleted. Its secrets do not.
    const sql = "UPDATE webhooks SET webhook_id = NULL, secrets = '[]', url = '', deleted_at = ? WHERE webhook_key = ?";
    await changeRows(this.trx, sql, [at, key]);
  }
}
