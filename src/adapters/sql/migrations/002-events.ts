import type { Schema } from "./schema.js";

/** The outbox, the journal bus, dead letters, leases and secrets. */
export const up = async (schema: Schema): Promise<void> => {
  // A row is deleted after it is sent, so the cost to find unsent rows does not grow.
  await schema.createTable("outbox", (table) => {
    table.bigIncrements("id");
    table.string("event_id", 160).notNullable();
    table.text("payload", "longtext").notNullable();
    table.bigInteger("claimed_until").notNullable().defaultTo(0);
  });
  await schema.createTable("deliveries", (table) => {
    table.bigIncrements("id");
    table.string("consumer_group", 64).notNullable();
    table.string("event_id", 160).notNullable();
    table.string("type", 64).notNullable();
    table.string("event_key", 160).notNullable();
    table.text("payload", "longtext").notNullable();
    table.integer("attempts").notNullable().defaultTo(0);
    table.bigInteger("due_at").notNullable().defaultTo(0);
    table.bigInteger("created_at").notNullable();
    table.unique(["consumer_group", "event_id"], { indexName: "deliveries_once_a_group" });
    table.index(["consumer_group", "id"], "deliveries_by_group");
  });
  await schema.createTable("dead_letters", (table) => {
    table.bigIncrements("id");
    table.string("event_id", 160).notNullable();
    table.string("type", 64).notNullable();
    table.string("consumer_group", 64).notNullable();
    table.string("error", 500).notNullable();
    table.integer("attempts").notNullable();
    table.text("event", "longtext").notNullable();
    table.bigInteger("parked_at").notNullable();
    table.bigInteger("replayed_at");
    table.unique(["consumer_group", "event_id"], { indexName: "dead_letters_once_a_group" });
  });
  await schema.createTable("job_leases", (table) => {
    table.string("job", 128).primary();
    table.string("holder", 200).notNullable();
    table.bigInteger("expires_at").notNullable();
  });
  await schema.createTable("secrets", (table) => {
    table.string("name", 64).primary();
    table.string("secret_value", 200).notNullable();
  });
};
