import type { ConsumerGroup } from "../../application/choreography.js";
import type { WebhookDeliveryTable } from "../../application/ports/webhook-delivery-table.js";
import type { DomainEvent } from "../../domain/event.js";
import type { DeliveryId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { type DeliveryState, settingsWebhookKey } from "../../domain/webhook.js";
import type { Value } from "./dialect.js";
import { insertRows } from "./insert-rows.js";
import { changeRows, lockRows } from "./statements.js";
import type { Statements } from "./transaction.js";

const group: ConsumerGroup = "webhook";
const columns = ["webhook_key", "event_id", "event_type", "payload", "due_at", "added_at"];
const restarted = "state = 'pending', due_at = ?, failing_since = NULL, attempts = 0, delivered_at = NULL";

/** Webhook deliveries, in one transaction. */
export class SqlWebhookDeliveryTable implements WebhookDeliveryTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async add(
    deliveries: readonly { readonly key: WebhookKey; readonly event: DomainEvent }[],
    at: EpochMs,
  ): Promise<void> {
    // In one order, so that two workers with the same events do not deadlock.
    const rows = deliveries
      .map(({ key, event }): readonly Value[] => [key, event.id, event.type, JSON.stringify(event), at, at])
      .toSorted(([a, x], [b, y]) => (`${a} ${x}` < `${b} ${y}` ? -1 : 1));
    await insertRows(this.trx, "subscription_deliveries", columns, rows, { unique: "webhook_key, event_id" });
  }

  async restartReplayed(events: readonly DomainEvent[], at: EpochMs): Promise<void> {
    const ids = events.map(({ id }) => id);
    await changeRows(
      this.trx,
      `UPDATE subscription_deliveries SET ${restarted}
       WHERE webhook_key = ? AND event_id IN (?) AND state = 'failed' AND event_id IN (
         SELECT event_id FROM dead_letters
         WHERE consumer_group = ? AND event_id IN (?) AND replayed_at IS NOT NULL)`,
      [at, settingsWebhookKey, ids, group, ids],
    );
  }

  async replay(key: WebhookKey, deliveryId: DeliveryId, at: EpochMs): Promise<boolean> {
    const id = rowIdOf(deliveryId);
    if (id === undefined) return false;
    const [row] = await lockRows<{ readonly event_id: string; readonly state: DeliveryState }>(
      this.trx,
      "SELECT event_id, state FROM subscription_deliveries WHERE delivery_id = ? AND webhook_key = ?",
      [id, key],
    );
    if (row === undefined) return false;
    const set = row.state === "pending" ? "due_at = ?" : restarted;
    await changeRows(this.trx, `UPDATE subscription_deliveries SET ${set} WHERE delivery_id = ?`, [at, id]);
    if (key === settingsWebhookKey && row.state === "failed")
      await changeRows(
        this.trx,
        "UPDATE dead_letters SET replayed_at = ? WHERE consumer_group = ? AND event_id = ? AND replayed_at IS NULL",
        [at, group, row.event_id],
      );
    return true;
  }
}

/** Returns the number of a row from its id in the API; `undefined` if no row can have it. */
export const rowIdOf = (deliveryId: DeliveryId): number | undefined => {
  const id = Number(deliveryId);
  return Number.isSafeInteger(id) && String(id) === deliveryId ? id : undefined;
};
