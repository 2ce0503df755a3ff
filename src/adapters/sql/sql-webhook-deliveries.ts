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
import { changeRows, lockRows } from "./statements.js";
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
      await changeRows(trx, `UPDATE ${table} SET attempts = attempts + 1, due_at = ? WHERE event_id IN (?)`, [
        after(now, claimTermMs),
        ids,
      ]);
      return rows.map((row) => ({
        event: JSON.parse(row.payload),
        attempts: row.attempts + 1,
        failingSince: row.failing_since,
      }));
    });
  }

  async markDelivered({ event }: WebhookDelivery): Promise<void> {
    const sql = `UPDATE ${table} SET due_at = NULL, parked_at = NULL, delivered_at = ? WHERE event_id = ?`;
    await transact(this.db, (trx) => changeRows(trx, sql, [this.clock.now(), event.id]));
  }

  async retry(delivery: WebhookDelivery, dueAt: EpochMs, failingSince: EpochMs): Promise<void> {
    const set = "due_at = ?, failing_since = ?";
    await transact(this.db, (trx) => changeClaimed(trx, delivery, set, [dueAt, failingSince]));
  }

  async park(delivery: WebhookDelivery, letter: DeadLetter): Promise<void> {
    await transact(this.db, async (trx) => {
      const parked = await changeClaimed(trx, delivery, "due_at = NULL, parked_at = ?", [this.clock.now()]);
      if (parked === 1) await new SqlDeadLetters(this.db, this.clock).parkIn(trx, [letter]);
    });
  }
}

/** Changes the delivery as it was claimed: no row if it is delivered or another sender has claimed it since. */
const changeClaimed = (
  trx: Statements,
  { event, attempts }: WebhookDelivery,
  set: string,
  values: readonly number[],
): Promise<number> =>
  changeRows(trx, `UPDATE ${table} SET ${set} WHERE event_id = ? AND attempts = ? AND due_at IS NOT NULL`, [
    ...values,
    event.id,
    attempts,
  ]);

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
    await changeRows(
      this.trx,
      `UPDATE ${table} SET due_at = ?, parked_at = NULL, failing_since = NULL, attempts = 0
       WHERE event_id IN (?) AND parked_at IS NOT NULL AND event_id IN (
         SELECT event_id FROM dead_letters
         WHERE consumer_group = ? AND event_id IN (?) AND replayed_at IS NOT NULL)`,
      [at, ids, group, ids],
    );
  }
}
