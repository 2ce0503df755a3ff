import type { Knex } from "knex";
import type { Dialect } from "../dialect.js";

/** Changes of the schema. A migration that was killed runs again from its start, so each change may exist already. */
export type Schema = {
  /** Creates a table with the dialect's options. */
  createTable(name: string, describe: (table: Knex.CreateTableBuilder) => void): Promise<void>;
  alterTable(name: string, describe: (table: Knex.AlterTableBuilder) => void): Promise<void>;
};

export const schemaOn = (knex: Knex, dialect: Dialect): Schema => ({
  createTable: (name, describe) =>
    dialect.changeSchema(
      knex,
      knex.schema.createTable(name, (table) => {
        dialect.setTableOptions(table);
        describe(table);
      }),
    ),
  alterTable: (name, describe) => dialect.changeSchema(knex, knex.schema.alterTable(name, describe)),
});
