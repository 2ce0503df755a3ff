import type { OldRows, RowRetention } from "../../application/ports/row-retention.js";
import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { EpochMs } from "../../domain/time.js";
import { type Database, transact } from "./database.js";
import type { Value } from "./dialect.js";
import { changeRows, lockRows, selectRows } from "./statements.js";

/** An old row: the value of its key column and, if the key has two columns, its business day. */
type OldRow = { readonly id: string | number; readonly day?: string };

type Rule = {
  readonly table: string;
  readonly key: string;
  /** Selects at most `limit` old rows in the order of an index. */
  readonly select: string;
  readonly parameters: (before: EpochMs, limit: number) => readonly Value[];
};

const utc = "UTC" as TimeZone;

const rules: Readonly<Record<OldRows, Rule>> = {
  "ranking-logs": {
    table: "ranking_logs",
    key: "id",
    // Ids are in the order of writing, so only the oldest rows are read.
    select: `SELECT id FROM (SELECT id, recorded_at FROM ranking_logs ORDER BY id LIMIT ?) AS oldest
             WHERE recorded_at < ?`,
    parameters: (before, limit) => [limit, before],
  },
  "replayed-dead-letters": {
    table: "dead_letters",
    key: "id",
    select: "SELECT id FROM dead_letters WHERE replayed_at < ? ORDER BY id LIMIT ?",
    parameters: (before, limit) => [before, limit],
  },
  "expired-holds": {
    table: "reservations",
    key: "reservation_id",
    select: `SELECT reservation_id AS id FROM reservations
             WHERE status = 'expired' AND expires_at < ? ORDER BY expires_at LIMIT ?`,
    parameters: (before, limit) => [before, limit],
  },
  "day-drifts": {
    table: "day_drifts",
    key: "product_id",
    select: `SELECT product_id AS id, business_day AS day FROM day_drifts
             WHERE business_day < ? ORDER BY business_day LIMIT ?`,
    parameters: (before, limit) => [businessDayAt(before, utc), limit],
  },
  "webhook-deliveries": {
    table: "subscription_deliveries",
    key: "delivery_id",
    select: `SELECT delivery_id AS id FROM subscription_deliveries
             WHERE delivered_at < ? ORDER BY delivered_at LIMIT ?`,
    parameters: (before, limit) => [before, limit],
  },
  "deleted-webhooks": {
    table: "subscription_deliveries",
    key: "delivery_id",
    select: `SELECT delivery_id AS id FROM webhooks
             JOIN subscription_deliveries ON subscription_deliveries.webhook_key = webhooks.webhook_key
             WHERE webhooks.deleted_at < ? LIMIT ?`,
    parameters: (before, limit) => [before, limit],
  },
};

/** Reads a page of keys and deletes by key, so that a page locks only its own rows and waits for no other session. */
export class SqlRowRetention implements RowRetention {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  delete(rows: OldRows, before: EpochMs, limit: number): Promise<number> {
    const { table, key, select, parameters } = rules[rows];
    return transact(this.db, async (trx) => {
      const old = await selectRows<OldRow>(trx, select, parameters(before, limit));
      let deleted = 0;
      for (const day of new Set(old.map((row) => row.day))) {
        const ids = old.filter((row) => row.day === day).map(({ id }) => id);
        const [ofDay, days] = day === undefined ? ["", []] : ["business_day = ? AND ", [day]];
        const sql = `SELECT ${key} AS id FROM ${table} WHERE ${ofDay}${key} IN (?)`;
        const free = await lockRows<OldRow>(trx, sql, [...days, ids], "UPDATE SKIP LOCKED");
        deleted += await changeRows(trx, `DELETE FROM ${table} WHERE ${ofDay}${key} IN (?)`, [
          ...days,
          free.map(({ id }) => id),
        ]);
      }
      return deleted;
    });
  }
}
