import type { Knex } from "knex";
import type { Dialect } from "../dialect.js";

/** Creates a table with the dialect's options. */
export type CreateTable = (name: string, describe: (table: Knex.CreateTableBuilder) => void) => Promise<void>;

export const createTableOn =
  (knex: Knex, dialect: Dialect): CreateTable =>
  (name, describe) =>
    knex.schema.createTable(name, (table) => {
      dialect.setTableOptions(table);
      describe(table);
    });
