import type { Schema } from "./schema.js";

/** Booked sales, their daily and all-time totals, and closed days. */
export const up = async (schema: Schema): Promise<void> => {
  await schema.alterTable("sales", (table) => {
    // 1 until the sale is booked, then null, so that the index finds unbooked sales without reading booked ones.
    table.integer("unbooked").defaultTo(1);
    table.index(["unbooked", "sale_id"], "sales_by_unbooked");
    table.index(["business_day", "product_id"], "sales_by_day");
  });
  await schema.createTable("product_sales_daily", (table) => {
    table.string("product_id", 64).notNullable();
    table.string("business_day", 10).notNullable();
    table.bigInteger("quantity").notNullable();
    table.bigInteger("revenue").notNullable();
    table.primary(["product_id", "business_day"]);
    table.index(["business_day", "product_id"], "product_sales_by_day");
  });
  await schema.createTable("product_sales_total", (table) => {
    table.string("product_id", 64).primary();
    table.bigInteger("quantity").notNullable();
  });
  await schema.createTable("closed_days", (table) => {
    table.string("business_day", 10).primary();
    table.bigInteger("closed_at").notNullable();
  });
  await schema.createTable("day_drifts", (table) => {
    table.string("business_day", 10).notNullable();
    table.string("product_id", 64).notNullable();
    table.bigInteger("board_quantity");
    table.bigInteger("sales_quantity").notNullable();
    table.primary(["business_day", "product_id"]);
  });
};
