import type { Schema } from "./schema.js";

/** Products with their stock, orders, payments, sales, and the order that uses a user coupon. */
export const up = async (schema: Schema): Promise<void> => {
  await schema.createTable("products", (table) => {
    table.string("product_id", 64).primary();
    table.string("name", 200).notNullable();
    table.integer("unit_price").notNullable();
    table.string("category", 200);
    table.bigInteger("initial_stock").notNullable();
    table.bigInteger("restocked").notNullable().defaultTo(0);
    table.bigInteger("on_hand").notNullable();
    table.bigInteger("reserved").notNullable().defaultTo(0);
    table.bigInteger("sold").notNullable().defaultTo(0);
    // The values of the creation request. A repeated request is compared with them.
    table.string("first_name", 200).notNullable();
    table.integer("first_price").notNullable();
    table.bigInteger("created_at").notNullable();
    table.index(["created_at", "product_id"], "products_by_age");
  });
  await schema.createTable("orders", (table) => {
    table.string("order_id", 64).primary();
    table.string("user_id", 128).notNullable();
    table.string("status", 20).notNullable();
    // The last step of a pending order, and the reason of a cancelled one.
    table.string("step", 20);
    table.string("reason", 32);
    // Lines and timeline are only read and written with their order, so they are JSON.
    table.text("order_lines").notNullable();
    table.text("timeline").notNullable();
    table.string("user_coupon_id", 64);
    table.integer("subtotal").notNullable();
    table.integer("discount").notNullable();
    table.string("open_payment_id", 64);
    table.string("payment_id", 64);
    table.bigInteger("placed_at").notNullable();
    table.bigInteger("expires_at").notNullable();
    // When the order expires: null while a payment is open and after the order has ended. So no scan reads ended orders.
    table.bigInteger("due_at");
    table.bigInteger("pending_since");
    table.index(["user_id", "placed_at", "order_id"], "orders_by_shopper");
    table.index(["due_at"], "orders_by_due");
    table.index(["pending_since"], "orders_by_standstill");
  });
  await schema.createTable("payments", (table) => {
    table.string("payment_id", 64).primary();
    table.string("user_id", 128).notNullable();
    table.string("idempotency_key", 255).notNullable();
    table.string("order_id", 64);
    table.string("reservation_id", 64);
    table.integer("amount").notNullable();
    table.string("method", 32).notNullable();
    table.string("status", 16).notNullable();
    table.bigInteger("opened_at").notNullable();
    // `charge` while the payment is open, `refund` until the provider acknowledges its refund, else null.
    table.string("open_state", 16);
    table.unique(["user_id", "idempotency_key"], { indexName: "payments_one_a_key" });
    table.index(["open_state", "opened_at", "payment_id"], "payments_by_open_state");
  });
  await schema.createTable("sales", (table) => {
    table.string("sale_id", 160).primary();
    table.string("product_id", 64).notNullable();
    table.integer("quantity").notNullable();
    table.integer("unit_price").notNullable();
    table.bigInteger("occurred_at").notNullable();
    table.string("business_day", 10).notNullable();
  });
  await schema.alterTable("user_coupons", (table) => {
    table.string("order_id", 64);
    table.index(["order_id"], "user_coupons_by_order");
  });
};
