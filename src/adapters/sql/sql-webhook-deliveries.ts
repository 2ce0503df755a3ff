import type { Knex } from "knex";
import type { ConsumerGroup } from "../../application/choreography.js";
import type { Clock } from "../../application/ports/clock.js";
import type { DeadLetter } from "../../application/ports/dead-letters.js";
import type { WebhookDeliveries, WebhookDelivery } from "../../application/ports/webhook-deliveries.js";
import type { WebhookTable } from "../../application/ports/webhook-table.js";
import type { DomainEvent } from "../../domain/event.js";
import { after, type EpochMs } from "../../domain/time.js";
import { type Database, transact } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { SqlDeadLetters } from "./sql-dead-letters.js";
import { lockRows } from "./statements.js";
import type { Statements } from "./transaction.js";

type DeliveryRecord = {
  readonly event_id: string;
  readonly payload: string;
  readonly attempts: number;
  readonly failing_since: EpochMs | null;
};

const table = "webhook_deliveries";
const group: ConsumerGroup = "webhook";
/** After this time a sender that claimed deliveries counts as dead. A send takes at most 5 s. */
const claimTermMs = 30_000;

/** Webhook deliveries for the sender. A claim is a new due time: when it expires, the delivery is due again. */
export class SqlWebhookDeliveries implements WebhookDeliveries {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  claim(limit: number): Promise<readonly WebhookDelivery[]> {
    return transact(this.db, async (trx) => {
      // Read inside the transaction: a wait for SQLite would shorten the term of the claim.
      const now = this.clock.now();
      const rows = await lockRows<DeliveryRecord>(
        trx,
        `SELECT event_id, payload, attempts, failing_since FROM ${table}
         WHERE due_at <= ? ORDER BY due_at, event_id LIMIT ?`,
        [now, limit],
        "UPDATE SKIP LOCKED",
      );
      const ids = rows.map(({ event_id }) => event_id);
      if (ids.length > 0)
        await trx(table)
          .whereIn("event_id", ids)
          .increment("attempts")
          .update({ due_at: after(now, claimTermMs) });
      return rows.map((row) => ({
        event: JSON.parse(row.payload),
        attempts: row.attempts + 1,
        failingSince: row.failing_since,
      }));
    });
  }

  async markDelivered({ event }: WebhookDelivery): Promise<void> {
    const delivered = { due_at: null, parked_at: null, delivered_at: this.clock.now() };
    await transact(this.db, (trx) => trx(table).where({ event_id: event.id }).update(delivered));
  }

  async retry(delivery: WebhookDelivery, dueAt: EpochMs, failingSince: EpochMs): Promise<void> {
    const change = { due_at: dueAt, failing_since: failingSince };
    await transact(this.db, (trx) => claimed(trx, delivery).update(change));
  }

  async park(delivery: WebhookDelivery, letter: DeadLetter): Promise<void> {
    await transact(this.db, async (trx) => {
      const parked = await claimed(trx, delivery).update({ due_at: null, parked_at: this.clock.now() });
      if (parked === 1) await new SqlDeadLetters(this.db, this.clock).parkIn(trx, [letter]);
    });
  }
}

/** Selects the delivery as it was claimed: no row if it is delivered or another sender has claimed it since. */
const claimed = (trx: Statements, { event, attempts }: WebhookDelivery): Knex.QueryBuilder =>
  trx(table).where({ event_id: event.id, attempts }).whereNotNull("due_at");

/** Webhook deliveries, in one transaction. */
export class SqlWebhookTable implements WebhookTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async add(events: readonly DomainEvent[], at: EpochMs): Promise<void> {
    const rows = events.map((event) => [event.id, JSON.stringify(event), at]);
    const once = { unique: "event_id", overwrite: [] };
    await insertRows(this.trx, table, ["event_id", "payload", "due_at"], rows, once);
    const ids = events.map(({ id }) => id);
    const letters = this.trx("dead_letters").select("event_id").where({ consumer_group: group });
    await this.trx(table)
      .whereIn("event_id", ids)
      .whereNotNull("parked_at")
      .whereIn("event_id", letters.whereIn("event_id", ids).whereNotNull("replayed_at"))
      .update({ due_at: at, parked_at: null, failing_since: null, attempts: 0 });
  }
}
