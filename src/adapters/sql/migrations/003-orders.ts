import type { Knex } from "knex";
import { createTable } from "./create-table.js";

/** Products and their stock, orders, payments, sales, and which order a shopper's coupon serves. */
export const up = async (knex: Knex): Promise<void> => {
  await createTable(knex, "products", (table) => {
    table.string("product_id", 64).primary();
    table.string("name", 200).notNullable();
    table.integer("unit_price").notNullable();
    table.string("category", 200);
    table.bigInteger("initial_stock").notNullable();
    table.bigInteger("restocked").notNullable().defaultTo(0);
    table.bigInteger("on_hand").notNullable();
    table.bigInteger("reserved").notNullable().defaultTo(0);
    table.bigInteger("sold").notNullable().defaultTo(0);
    // What it was created as: the same request again is known by these, whatever has changed since.
    table.string("first_name", 200).notNullable();
    table.integer("first_price").notNullable();
    table.bigInteger("created_at").notNullable();
    table.index(["created_at", "product_id"], "products_by_age");
  });
  await createTable(knex, "orders", (table) => {
    table.string("order_id", 64).primary();
    table.string("user_id", 128).notNullable();
    table.string("status", 20).notNullable();
    // How far a pending order has come, and why a cancelled one ended.
    table.string("step", 20);
    table.string("reason", 32);
    // Lines and timeline are read and written with their order only, so they are JSON beside it.
    table.text("order_lines").notNullable();
    table.text("timeline").notNullable();
    table.string("user_coupon_id", 64);
    table.integer("subtotal").notNullable();
    table.integer("discount").notNullable();
    table.string("open_payment_id", 64);
    table.string("payment_id", 64);
    table.bigInteger("placed_at").notNullable();
    table.bigInteger("expires_at").notNullable();
    // When something is due of it by itself: null while it is being paid, and once it has ended. So no scan ever meets
    // the orders of the past.
    table.bigInteger("due_at");
    table.bigInteger("pending_since");
    table.index(["user_id", "placed_at", "order_id"], "orders_by_shopper");
    table.index(["due_at"], "orders_by_due");
    table.index(["pending_since"], "orders_by_standstill");
  });
  await createTable(knex, "payments", (table) => {
    table.string("payment_id", 64).primary();
    table.string("user_id", 128).notNullable();
    table.string("idempotency_key", 255).notNullable();
    table.string("order_id", 64);
    table.string("reservation_id", 64);
    table.integer("amount").notNullable();
    table.string("method", 32).notNullable();
    table.string("status", 16).notNullable();
    table.bigInteger("opened_at").notNullable();
    // Null once nothing of it is left to settle: open payments, and refunds that the provider is still to hear of.
    table.string("open_state", 16);
    table.unique(["user_id", "idempotency_key"], { indexName: "payments_one_a_key" });
    table.index(["open_state", "opened_at", "payment_id"], "payments_by_open_state");
  });
  await createTable(knex, "sales", (table) => {
    table.string("sale_id", 160).primary();
    table.string("product_id", 64).notNullable();
    table.integer("quantity").notNullable();
    table.integer("unit_price").notNullable();
    table.bigInteger("occurred_at").notNullable();
    table.string("business_day", 10).notNullable();
  });
  await knex.schema.alterTable("user_coupons", (table) => {
    table.string("order_id", 64);
    table.index(["order_id"], "user_coupons_by_order");
  });
};
