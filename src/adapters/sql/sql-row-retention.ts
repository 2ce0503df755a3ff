import type { Knex } from "knex";
import type { OldRows, RowRetention } from "../../application/ports/row-retention.js";
import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { EpochMs } from "../../domain/time.js";
import { type Database, transact } from "./database.js";

type Rule = {
  readonly table: string;
  readonly key: readonly string[];
  /** Selects the rows to delete, in the order of an index. */
  readonly old: (rows: Knex.QueryBuilder, before: EpochMs, limit: number) => unknown;
};

const utc = "UTC" as TimeZone;

const rules: Readonly<Record<OldRows, Rule>> = {
  // Ids are in the order of writing, so only the oldest rows are read.
  "ranking-logs": {
    table: "ranking_logs",
    key: ["id"],
    old: (rows, before, limit) => {
      const oldest = rows.client.queryBuilder().from("ranking_logs").select("id").orderBy("id").limit(limit);
      rows.whereIn("id", rows.client.queryBuilder().select("id").from(oldest.as("oldest")));
      rows.andWhere("recorded_at", "<", before);
    },
  },
  "replayed-dead-letters": {
    table: "dead_letters",
    key: ["id"],
    old: (rows, before) => rows.where("replayed_at", "<", before).orderBy("id"),
  },
  "expired-holds": {
    table: "reservations",
    key: ["reservation_id"],
    old: (rows, before) => rows.where("status", "expired").andWhere("expires_at", "<", before).orderBy("expires_at"),
  },
  "day-drifts": {
    table: "day_drifts",
    key: ["business_day", "product_id"],
    old: (rows, before) => rows.where("business_day", "<", businessDayAt(before, utc)).orderBy("business_day"),
  },
};

/** Reads a page of keys and deletes by key, so that a page locks only its own rows. */
export class SqlRowRetention implements RowRetention {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  delete(rows: OldRows, before: EpochMs, limit: number): Promise<number> {
    const { table, key, old } = rules[rows];
    return transact(this.db, async (trx) => {
      const rowsToDelete = trx(table).select(key).limit(limit);
      old(rowsToDelete, before, limit);
      const found: Record<string, string | number>[] = await rowsToDelete;
      if (found.length === 0) return 0;
      const keys = found.map((row) => key.map((column) => row[column] as string | number));
      return key.length === 1
        ? trx(table)
            .whereIn(
              key[0] as string,
              keys.map(([only]) => only as string | number),
            )
            .delete()
        : trx(table)
            .whereIn([...key], keys)
            .delete();
    });
  }
}
