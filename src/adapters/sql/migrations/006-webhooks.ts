import type { Knex } from "knex";
import { createTable } from "./create-table.js";

/** Webhooks: one row an event, kept for good, so that no redelivery sends it again. */
export const up = async (knex: Knex): Promise<void> => {
  await createTable(knex, "webhook_deliveries", (table) => {
    table.string("event_id", 160).primary();
    table.text("payload", "longtext").notNullable();
    table.integer("attempts").notNullable().defaultTo(0);
    // Null once it was delivered or parked; a claim moves it on, as a failure does.
    table.bigInteger("due_at");
    table.bigInteger("failing_since");
    table.bigInteger("delivered_at");
    table.bigInteger("parked_at");
    table.index(["due_at"], "webhook_deliveries_by_due");
  });
};
