import type { DomainEvent } from "../../domain/event.js";
import type { EpochMs } from "../../domain/time.js";
import { settingsWebhookKey } from "../../domain/webhook.js";
import { type Database, transact } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { changeRows, lockRows } from "./statements.js";

type OldRecord = {
  readonly event_id: string;
  readonly payload: string;
  readonly attempts: number;
  readonly due_at: EpochMs | null;
  readonly failing_since: EpochMs | null;
  readonly delivered_at: EpochMs | null;
};

const pageSize = 500;
const columns = [
  ...["webhook_key", "event_id", "event_type", "payload", "state", "attempts", "due_at", "failing_since"],
  ...["added_at", "delivered_at"],
];

const stateOf = (row: OldRecord): string => {
  if (row.delivered_at !== null) return "delivered";
  return row.due_at === null ? "failed" : "pending";
};

/**
 * Moves the rows of `webhook_deliveries`, which version 0.1 writes, page by page. It can stop and be repeated anywhere.
 * A row that a worker of 0.1 is sending is moved as well, so its webhook may arrive twice.
 */
export const adoptOldDeliveries = async (db: Database): Promise<void> => {
  for (let moved = pageSize; moved === pageSize; )
    moved = await transact(db, async (trx) => {
      const sql = "SELECT * FROM webhook_deliveries ORDER BY event_id LIMIT ?";
      const rows = await lockRows<OldRecord>(trx, sql, [pageSize]);
      const values = rows.map((row) => {
        const { type, at } = JSON.parse(row.payload) as DomainEvent;
        const addedAt = Date.parse(at);
        return [
          ...[settingsWebhookKey, row.event_id, type, row.payload, stateOf(row), row.attempts],
          ...[row.due_at, row.failing_since, addedAt, row.delivered_at],
        ];
      });
      await insertRows(trx, "subscription_deliveries", columns, values, { unique: "webhook_key, event_id" });
      const ids = rows.map(({ event_id }) => event_id);
      await changeRows(trx, "DELETE FROM webhook_deliveries WHERE event_id IN (?)", [ids]);
      return rows.length;
    });
};
