import { escape as literal } from "mysql2";
import { isDuplicate } from "./sql-errors.js";
import type { Statements, Value } from "./transaction.js";

/** As many rows a statement as SQLite's variables and a MySQL packet bear with ease. */
const mostRows = 500;

/**
 * What becomes of a row whose `unique` key is there already: these columns are written over, those are added to, and
 * with neither nothing is.
 */
export type OnDuplicate = {
  readonly unique: string;
  readonly overwrite?: readonly string[];
  readonly add?: readonly string[];
};

const endOf = (mysql: boolean, table: string, { unique, overwrite = [], add = [] }: OnDuplicate): string => {
  const given = (column: string) => (mysql ? `VALUES(${column})` : `excluded.${column}`);
  const set = [
    ...overwrite.map((column) => `${column} = ${given(column)}`),
    ...add.map((column) => `${column} = ${table}.${column} + ${given(column)}`),
  ].join(", ");
  if (mysql) {
    const [first] = unique.split(",");
    return ` ON DUPLICATE KEY UPDATE ${set || `${first} = ${first}`}`;
  }
  return ` ON CONFLICT (${unique}) DO ${set === "" ? "NOTHING" : `UPDATE SET ${set}`}`;
};

/**
 * Inserts rows by as few statements as may be. They are written by hand: over a batch of 500, knex's builder and its
 * bindings take several times as long as the database.
 * @param onDuplicate without it a duplicate fails the insert
 */
export const insertRows = async (
  trx: Statements,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  onDuplicate?: OnDuplicate,
): Promise<void> => {
  const mysql = trx.dialect === "mysql";
  const into = `INSERT INTO ${table} (${columns.join(", ")}) VALUES `;
  const end = onDuplicate === undefined ? "" : endOf(mysql, table, onDuplicate);
  for (let from = 0; from < rows.length; from += mostRows) {
    const chunk = rows.slice(from, from + mostRows);
    if (mysql) await trx.run(into + literal(chunk as Value[][]) + end);
    else {
      const row = `(${columns.map(() => "?").join(", ")})`;
      await trx.run(into + chunk.map(() => row).join(", ") + end, chunk.flat() as Value[]);
    }
  }
};

/** Inserts one row, by the names of its columns. Answers whether it is new: a unique key may have it already. */
export const addRow = async (
  trx: Statements,
  table: string,
  row: Readonly<Record<string, Value>>,
): Promise<boolean> => {
  try {
    await insertRows(trx, table, Object.keys(row), [Object.values(row)]);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
};
