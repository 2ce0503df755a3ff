import type { Schema } from "./schema.js";

/** Coupons, epochs, claims, user coupons and the ranking log. */
export const up = async (schema: Schema): Promise<void> => {
  await schema.createTable("coupons", (table) => {
    table.string("coupon_id", 64).primary();
    table.string("name", 200).notNullable();
    table.integer("quantity").notNullable();
    table.string("discount_type", 16).notNullable();
    table.integer("discount_value").notNullable();
    table.bigInteger("opens_at");
    table.bigInteger("closes_at");
    table.integer("issued").notNullable().defaultTo(0);
    table.bigInteger("created_at").notNullable();
    table.index(["created_at", "coupon_id"], "coupons_by_age");
  });
  // No foreign key: settlement locks the coupon's row, and that must not block a claim's insert.
  await schema.createTable("coupon_epochs", (table) => {
    table.string("coupon_id", 64).primary();
    table.integer("epoch").notNullable();
    table.bigInteger("rebuilding_until").notNullable().defaultTo(0);
  });
  await schema.createTable("coupon_claims", (table) => {
    table.string("task_id", 64).primary();
    table.string("coupon_id", 64).notNullable();
    table.string("user_id", 128).notNullable();
    table.integer("position").notNullable();
    table.string("status", 16).notNullable();
    // 1 while the claim is pending or issued, null after it has failed: a unique key ignores nulls.
    table.integer("live");
    table.string("reason", 32);
    table.integer("failures").notNullable().defaultTo(0);
    table.bigInteger("created_at").notNullable();
    table.bigInteger("settled_at");
    table.unique(["coupon_id", "position"], { indexName: "claims_one_a_position" });
    table.unique(["coupon_id", "user_id", "live"], { indexName: "claims_one_live_a_shopper" });
    table.index(["status", "coupon_id"], "claims_by_status");
  });
  await schema.createTable("user_coupons", (table) => {
    table.string("user_coupon_id", 64).primary();
    table.string("coupon_id", 64).notNullable();
    table.string("user_id", 128).notNullable();
    table.integer("position").notNullable();
    table.string("status", 16).notNullable();
    table.bigInteger("issued_at").notNullable();
    table.unique(["coupon_id", "user_id"], { indexName: "user_coupons_one_a_shopper" });
    table.index(["user_id", "user_coupon_id"], "user_coupons_by_shopper");
  });
  await schema.createTable("ranking_logs", (table) => {
    table.bigIncrements("id");
    table.string("task_id", 64).notNullable();
    table.string("user_id", 128).notNullable();
    table.string("coupon_id", 64).notNullable();
    table.integer("position").notNullable();
    table.string("status", 16).notNullable();
    table.string("reason", 32);
    table.integer("retry_count").notNullable();
    table.bigInteger("recorded_at").notNullable();
    table.unique(["task_id"], { indexName: "ranking_logs_one_a_task" });
    table.index(["coupon_id", "id"], "ranking_logs_by_coupon");
  });
};
