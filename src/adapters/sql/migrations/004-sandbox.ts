import type { Knex } from "knex";
import { createTable } from "./create-table.js";

/** The sandbox provider's book; no key ties it to `payments`, which a real provider would not see either. */
export const up = (knex: Knex): Promise<void> =>
  createTable(knex, "sandbox_book", (table) => {
    table.string("payment_id", 64).primary();
    table.string("verdict", 16).notNullable();
    table.integer("captured").notNullable();
    table.integer("refunded");
  });
