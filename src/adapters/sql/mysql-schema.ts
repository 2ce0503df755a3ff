import type { Knex } from "knex";

/** A table, a column or a key exists. */
const existsNumbers: ReadonlySet<unknown> = new Set([1050, 1060, 1061]);

/** Returns the columns of a CREATE TABLE as knex writes it. */
const columnsIn = (createTable: string): readonly string[] =>
  [...createTable.matchAll(/[(,] ?`(\w+)` [a-z]/g)].map(([, column]) => column as string);

/** @throws Error if the table lacks a column of the statement: then another program has made it */
const checkTable = async (knex: Knex, createTable: string): Promise<void> => {
  const [, table = ""] = /^create table `(\w+)`/.exec(createTable) ?? [];
  const existing = await knex(table).columnInfo();
  const missing = columnsIn(createTable).filter((column) => !(column in existing));
  if (missing.length > 0)
    throw new Error(`the table ${table} exists and has no column ${missing[0]}: this needs a database of its own`);
};

/**
 * Runs the statements of a schema change one by one. Each of them is atomic, and commits by itself. A statement whose
 * table, column or key exists was executed by an earlier run that was killed.
 */
export const changeMysqlSchema = async (knex: Knex, change: Knex.SchemaBuilder): Promise<void> => {
  for (const { sql } of change.toSQL() as unknown as readonly { readonly sql: string }[])
    try {
      await knex.raw(sql);
    } catch (error) {
      if (!existsNumbers.has((error as { readonly errno?: unknown }).errno)) throw error;
      if (sql.startsWith("create table")) await checkTable(knex, sql);
    }
};
