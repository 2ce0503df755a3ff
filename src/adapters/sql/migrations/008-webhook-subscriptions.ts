import type { Schema } from "./schema.js";

/**
 * Webhooks, and one delivery per webhook and event. `webhook_deliveries` stays for workers of an older version; its rows
 * move to `subscription_deliveries` when a worker starts.
 */
export const up = async ({ createTable }: Schema): Promise<void> => {
  await createTable("webhooks", (table) => {
    table.string("webhook_key", 64).primary();
    // Null after the webhook was deleted: its id may be used again.
    table.string("webhook_id", 64);
    table.text("url").notNullable();
    // JSON: the subscribed types, and the secrets with their ends, newest first.
    table.text("event_types").notNullable();
    table.text("secrets").notNullable();
    table.integer("enabled").notNullable();
    table.string("request_digest", 64).notNullable();
    table.bigInteger("created_at").notNullable();
    table.bigInteger("retrying_since").notNullable();
    table.bigInteger("deleted_at");
    table.unique(["webhook_id"], { indexName: "webhooks_by_id" });
    table.index(["deleted_at", "created_at", "webhook_id"], "webhooks_by_age");
  });
  await createTable("subscription_deliveries", (table) => {
    table.bigIncrements("delivery_id");
    table.string("webhook_key", 64).notNullable();
    table.string("event_id", 160).notNullable();
    table.string("event_type", 64).notNullable();
    table.text("payload", "longtext").notNullable();
    table.string("state", 16).notNullable().defaultTo("pending");
    table.integer("attempts").notNullable().defaultTo(0);
    // Null unless pending. A sender that claims the delivery postpones it, as a failure does.
    table.bigInteger("due_at");
    table.bigInteger("failing_since");
    table.integer("last_status");
    table.string("last_error", 500);
    table.bigInteger("added_at").notNullable();
    table.bigInteger("delivered_at");
    table.unique(["webhook_key", "event_id"], { indexName: "subscription_deliveries_once" });
    table.index(["webhook_key", "due_at"], "subscription_deliveries_by_due");
    table.index(["webhook_key", "state", "delivery_id"], "subscription_deliveries_by_state");
    table.index(["webhook_key", "delivery_id"], "subscription_deliveries_by_webhook");
    table.index(["delivered_at"], "subscription_deliveries_by_end");
  });
};
