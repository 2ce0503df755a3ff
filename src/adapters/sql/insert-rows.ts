import type { Knex } from "knex";
import { escape as literal } from "mysql2";

/** As many rows a statement as SQLite's variables and a MySQL packet bear with ease. */
const mostRows = 500;

type Value = string | number | null;

/**
 * Inserts rows by as few statements as may be. They are written by hand: over a batch of 500, knex's builder and its
 * bindings take several times as long as the database.
 * @param passOver the unique column whose duplicates are passed over; without it a duplicate fails the insert
 */
export const insertRows = async (
  trx: Knex.Transaction,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  passOver?: string,
): Promise<void> => {
  const mysql = trx.client.config.client === "mysql2";
  const into = `INSERT INTO ${table} (${columns.join(", ")}) VALUES `;
  const passing = mysql
    ? ` ON DUPLICATE KEY UPDATE ${passOver} = ${passOver}`
    : ` ON CONFLICT (${passOver}) DO NOTHING`;
  const end = passOver === undefined ? "" : passing;
  for (let from = 0; from < rows.length; from += mostRows) {
    const chunk = rows.slice(from, from + mostRows);
    if (mysql) await trx.raw(into + literal(chunk as Value[][]) + end);
    else {
      const row = `(${columns.map(() => "?").join(", ")})`;
      await trx.raw(into + chunk.map(() => row).join(", ") + end, chunk.flat() as Value[]);
    }
  }
};
