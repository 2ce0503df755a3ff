import type { Knex } from "knex";
import type { Dialect, Value } from "../dialect.js";

/** Changes of the schema. A migration that was killed runs again from its start, so each change may exist already. */
export type Schema = {
  /** Creates a table with the dialect's options. */
  createTable(name: string, describe: (table: Knex.CreateTableBuilder) => void): Promise<void>;
  alterTable(name: string, describe: (table: Knex.AlterTableBuilder) => void): Promise<void>;
  /** Runs a statement that has no effect if it is repeated. */
  run(sql: string, parameters: readonly Value[]): Promise<void>;
  readonly database: Dialect["name"];
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
  run: async (sql, parameters) => void (await knex.raw(sql, [...parameters])),
  database: dialect.name,
});
