import type { Knex } from "knex";

/** Creates a table as every engine here needs it: InnoDB, and text compared by its bytes, as SQLite does. */
export const createTable = (
  knex: Knex,
  name: string,
  describe: (table: Knex.CreateTableBuilder) => void,
): Promise<void> =>
  knex.schema.createTable(name, (table) => {
    if (knex.client.config.client === "mysql2") {
      table.engine("InnoDB");
      table.charset("utf8mb4");
      table.collate("utf8mb4_bin");
    }
    describe(table);
  });
