import type { Schema } from "./schema.js";

/** Webhooks: one row per event. Rows are kept forever, so that no redelivery sends an event again. */
export const up = async (schema: Schema): Promise<void> => {
  await schema.createTable("webhook_deliveries", (table) => {
    table.string("event_id", 160).primary();
    table.text("payload", "longtext").notNullable();
    table.integer("attempts").notNullable().defaultTo(0);
    // Null after the event was delivered or parked. A sender that takes the delivery postpones it, as a failure does.
    table.bigInteger("due_at");
    table.bigInteger("failing_since");
    table.bigInteger("delivered_at");
    table.bigInteger("parked_at");
    table.index(["due_at"], "webhook_deliveries_by_due");
  });
};
