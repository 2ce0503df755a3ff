import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlRowRetention } from "../../src/adapters/sql/sql-row-retention.js";
import type { OldRows, RowRetention } from "../../src/application/ports/row-retention.js";
import type { EpochMs } from "../../src/domain/time.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";

const day = 86_400_000;
const now = Date.parse("2026-11-21T00:00:00Z") as EpochMs;
const range = (count: number) => Array.from({ length: count }, (_, n) => n);

type Sample = { readonly table: string; readonly row: (n: number, at: number) => Readonly<Record<string, unknown>> };

const letter = (n: number, replayed_at: number | null) => ({
  ...{ event_id: `e${n}`, type: "t", consumer_group: "orders", error: "", attempts: 8, event: "{}", parked_at: 1 },
  replayed_at,
});
const hold = (n: number, status: string, expires_at: number) => ({
  ...{ reservation_id: `r${n}`, schedule_id: "s", seat_no: n, user_id: "kim", price: 1, live: null, due_at: null },
  status,
  expires_at,
});

const delivery = (n: number, webhookKey: string, delivered_at: number | null) => ({
  ...{ webhook_key: webhookKey, event_id: `e${n}`, event_type: "order.confirmed", payload: "{}", added_at: 1 },
  ...{ state: delivered_at === null ? "failed" : "delivered", delivered_at },
});
const webhook = (key: string, deleted_at: number | null) => ({
  ...{ webhook_key: key, webhook_id: deleted_at === null ? key : null, url: "", event_types: "[]", secrets: "[]" },
  ...{ enabled: 1, request_digest: "", created_at: 1, retrying_since: 1, deleted_at },
});

const samples: Readonly<Record<Exclude<OldRows, "deleted-webhooks">, Sample>> = {
  "ranking-logs": {
    table: "ranking_logs",
    row: (n, recorded_at) => ({
      ...{ task_id: `t${n}`, user_id: "kim", coupon_id: "c", position: n + 1, status: "ISSUED", retry_count: 0 },
      recorded_at,
    }),
  },
  "replayed-dead-letters": { table: "dead_letters", row: (n, at) => letter(n, at) },
  "expired-holds": { table: "reservations", row: (n, at) => hold(n, "expired", at) },
  "day-drifts": {
    table: "day_drifts",
    row: (n, at) => ({
      business_day: new Date(at).toISOString().slice(0, 10),
      product_id: `p${n}`,
      board_quantity: null,
      sales_quantity: 1,
    }),
  },
  "webhook-deliveries": { table: "subscription_deliveries", row: (n, at) => delivery(n, "erp", at) },
};
const count = async (db: Database, table: string) => Number((await db.knex(table).count({ n: "*" }))[0]?.n);

const clauses: Clauses<RowRetention> = Object.fromEntries(
  (Object.entries(samples) as [keyof typeof samples, Sample][]).map(([rows, { table, row }]) => [
    `deletes old ${rows} page by page and keeps newer ones`,
    async (retention: RowRetention, { db }: { readonly db: Database }) => {
      for (const n of range(7)) await db.knex(table).insert(row(n, now - 40 * day));
      for (const n of range(3)) await db.knex(table).insert(row(10 + n, now - 20 * day));
      const before = (now - 30 * day) as EpochMs;
      expect([await retention.delete(rows, before, 5), await retention.delete(rows, before, 5)]).toEqual([5, 2]);
      expect(await retention.delete(rows, before, 5)).toBe(0);
      expect(await count(db, table)).toBe(3);
    },
  ]),
);

const others: Clauses<RowRetention> = {
  "keeps dead letters that were not replayed, and seats that are reserved or cancelled": async (retention, { db }) => {
    await db.knex("dead_letters").insert(letter(1, null));
    await db.knex("reservations").insert([hold(1, "reserved", 1), hold(2, "cancelled", 1)]);
    await retention.delete("replayed-dead-letters", now, 5);
    await retention.delete("expired-holds", now, 5);
    expect([await count(db, "dead_letters"), await count(db, "reservations")]).toEqual([1, 2]);
  },

  "deletes the deliveries of deleted webhooks page by page, and no others": async (retention, { db }) => {
    await db.knex("webhooks").insert([webhook("old", now - 1), webhook("erp", null)]);
    for (const n of range(7)) await db.knex("subscription_deliveries").insert(delivery(n, "old", null));
    for (const key of ["erp", "settings"]) await db.knex("subscription_deliveries").insert(delivery(1, key, null));
    const deleted: number[] = [];
    for (const _ of range(3)) deleted.push(await retention.delete("deleted-webhooks", now, 5));
    expect(deleted).toEqual([5, 2, 0]);
    await retention.delete("webhook-deliveries", now, 5);
    expect(await count(db, "subscription_deliveries")).toBe(2);
  },
};

/** Deletes all rows. */
class DeletesEverything extends SqlRowRetention {
  private readonly database: Database;

  constructor(db: Database) {
    super(db);
    this.database = db;
  }

  override async delete(rows: OldRows): Promise<number> {
    const table = rows === "deleted-webhooks" ? "subscription_deliveries" : samples[rows].table;
    return this.database.knex(table).delete();
  }
}

contractOnDatabases("RowRetention", (db) => new SqlRowRetention(db), { ...clauses, ...others }, [
  {
    wrong: "deletes everything",
    breaks: "keeps dead letters that were not replayed, and seats that are reserved or cancelled",
    make: (db) => new DeletesEverything(db),
  },
]);
