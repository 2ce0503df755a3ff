import type { Clock } from "../../application/ports/clock.js";
import type { DeadLetter } from "../../application/ports/dead-letters.js";
import type {
  ClaimedDeliveries,
  DeliveryOutcome,
  StoredEndpoint,
  WebhookDeliveries,
} from "../../application/ports/webhook-deliveries.js";
import type { DeliveryId, WebhookKey } from "../../domain/ids.js";
import { after, type EpochMs } from "../../domain/time.js";
import { settingsWebhookKey, signingSecrets } from "../../domain/webhook.js";
import { adoptOldDeliveries } from "./adopt-old-deliveries.js";
import { type Database, read, transact } from "./database.js";
import { SqlDeadLetters } from "./sql-dead-letters.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";
import { type WebhookRecord, webhookOf } from "./webhook-record.js";

type DeliveryRecord = {
  readonly delivery_id: number;
  readonly payload: string;
  readonly attempts: number;
  readonly failing_since: EpochMs | null;
};

/** After this time a sender that claimed deliveries counts as dead. */
const claimTermMs = 30_000;

/** Webhook deliveries for the sender. A claim is a new due time: when it expires, the delivery is due again. */
export class SqlWebhookDeliveries implements WebhookDeliveries {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  async due(): Promise<readonly WebhookKey[]> {
    const { knex } = this.db;
    const dueOf = (key: string) =>
      knex("subscription_deliveries AS d").whereRaw(key).where("d.due_at", "<=", this.clock.now());
    const stored = knex("webhooks AS w")
      .whereNull("w.deleted_at")
      .where("w.enabled", 1)
      .whereExists(dueOf("d.webhook_key = w.webhook_key"))
      .pluck("w.webhook_key");
    const ofSettings = dueOf(`d.webhook_key = '${settingsWebhookKey}'`).limit(1).pluck("d.webhook_key");
    return [...(await read<WebhookKey[]>(stored)), ...(await read<WebhookKey[]>(ofSettings))];
  }

  claim(key: WebhookKey, limit: number): Promise<ClaimedDeliveries> {
    return transact(this.db, async (trx) => {
      // Read inside the transaction: a wait for SQLite would shorten the term of the claim.
      const now = this.clock.now();
      const endpoint = key === settingsWebhookKey ? null : await endpointOf(trx, key, now);
      if (endpoint === undefined) return { endpoint: null, deliveries: [] };
      const rows = await lockRows<DeliveryRecord>(
        trx,
        `SELECT delivery_id, payload, attempts, failing_since FROM subscription_deliveries
         WHERE webhook_key = ? AND due_at <= ? ORDER BY due_at, delivery_id LIMIT ?`,
        [key, now, limit],
        "UPDATE SKIP LOCKED",
      );
      const claimedUntil = after(now, claimTermMs);
      await changeRows(
        trx,
        "UPDATE subscription_deliveries SET attempts = attempts + 1, due_at = ? WHERE delivery_id IN (?)",
        [claimedUntil, rows.map(({ delivery_id }) => delivery_id)],
      );
      const deliveries = rows.map((row) => ({
        deliveryId: String(row.delivery_id) as DeliveryId,
        event: JSON.parse(row.payload),
        attempts: row.attempts + 1,
        failingSince: row.failing_since,
        claimedUntil,
      }));
      return { endpoint, deliveries };
    });
  }

  async record(outcomes: readonly DeliveryOutcome[]): Promise<void> {
    await transact(this.db, async (trx) => {
      await markDelivered(trx, outcomes, this.clock.now());
      const letters: DeadLetter[] = [];
      for (const outcome of byId(outcomes)) {
        const isLatest = await recordUndelivered(trx, outcome, this.clock.now());
        if (isLatest && outcome.kind === "failed" && outcome.letter !== null) letters.push(outcome.letter);
      }
      await new SqlDeadLetters(this.db, this.clock).parkIn(trx, letters);
    });
  }

  adoptOld(): Promise<void> {
    return adoptOldDeliveries(this.db);
  }
}

const endpointOf = async (trx: Statements, key: WebhookKey, now: EpochMs): Promise<StoredEndpoint | undefined> => {
  const sql = "SELECT * FROM webhooks WHERE webhook_key = ? AND deleted_at IS NULL AND enabled = 1";
  const [row] = await selectRows<WebhookRecord>(trx, sql, [key]);
  if (row === undefined) return undefined;
  const webhook = webhookOf(row);
  const { webhookId, url, retryingSince } = webhook;
  return { webhookId, url, secrets: signingSecrets(webhook, now), retryingSince };
};

/** Rows are changed in id order, so that two senders do not deadlock. */
const byId = (outcomes: readonly DeliveryOutcome[]): readonly DeliveryOutcome[] =>
  outcomes.toSorted((one, other) => Number(one.delivery.deliveryId) - Number(other.delivery.deliveryId));

const markDelivered = async (trx: Statements, outcomes: readonly DeliveryOutcome[], now: EpochMs): Promise<void> => {
  const idsByStatus = new Map<number, number[]>();
  for (const outcome of outcomes) {
    if (outcome.kind !== "delivered") continue;
    const ids = idsByStatus.get(outcome.status) ?? [];
    idsByStatus.set(outcome.status, [...ids, Number(outcome.delivery.deliveryId)]);
  }
  for (const [status, ids] of idsByStatus)
    await changeRows(
      trx,
      `UPDATE subscription_deliveries
       SET state = 'delivered', due_at = NULL, last_status = ?, last_error = NULL, delivered_at = ?
       WHERE delivery_id IN (?)`,
      [status, now, ids],
    );
};

/** Returns whether the claim was still the latest: otherwise another sender has claimed the delivery, or it has ended. */
const recordUndelivered = async (trx: Statements, outcome: DeliveryOutcome, now: EpochMs): Promise<boolean> => {
  const { deliveryId, claimedUntil } = outcome.delivery;
  const change = async (set: string, ...values: (string | number | null)[]) => {
    const sql = `UPDATE subscription_deliveries SET ${set} WHERE delivery_id = ? AND due_at = ?`;
    return (await changeRows(trx, sql, [...values, Number(deliveryId), claimedUntil])) === 1;
  };
  switch (outcome.kind) {
    case "delivered":
      return false;
    case "unsent":
      return change("due_at = ?, attempts = attempts - 1", now);
    case "retry":
      return change(
        "due_at = ?, failing_since = ?, last_status = ?, last_error = ?",
        ...[outcome.dueAt, outcome.failingSince, outcome.status, outcome.error],
      );
    case "failed":
      return change("due_at = NULL, state = 'failed', last_status = ?, last_error = ?", outcome.status, outcome.error);
  }
};
