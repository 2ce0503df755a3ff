import type { Schema } from "./schema.js";

/** The sandbox provider's book. It has no key to `payments`, because a real provider has no access to them. */
export const up = (schema: Schema): Promise<void> =>
  schema.createTable("sandbox_book", (table) => {
    table.string("payment_id", 64).primary();
    table.string("verdict", 16).notNullable();
    table.integer("captured").notNullable();
    table.integer("refunded");
  });
