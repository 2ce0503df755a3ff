import type { OnDuplicate, Parameter, Value } from "./dialect.js";
import type { Statements } from "./transaction.js";

/** Rows per statement: few enough for SQLite's 32,766 variables and MySQL's packet. */
export const rowsPerStatement = 500;

type Rows = readonly (readonly Value[])[];

const intoTable = (table: string, columns: readonly string[]) => `INSERT INTO ${table} (${columns.join(", ")})`;

/** Returns `VALUES` with one parameter per row. */
const valuesOf = (rows: Rows, beforeRow = "") => `VALUES ${rows.map(() => `${beforeRow}(?)`).join(", ")}`;

/**
 * Inserts rows, at most 500 per statement.
 * @param onDuplicate without it an existing key rejects the whole statement (`isDuplicate`)
 */
export const insertRows = async (
  trx: Statements,
  table: string,
  columns: readonly string[],
  rows: Rows,
  onDuplicate?: OnDuplicate,
): Promise<void> => {
  const end = onDuplicate === undefined ? "" : trx.dialect.onDuplicate(table, onDuplicate);
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const batch = rows.slice(from, from + rowsPerStatement);
    await trx.run(`${intoTable(table, columns)} ${valuesOf(batch)}${end}`, batch);
  }
};

/** Inserts one row, given by its columns' names, unless a unique key of it exists. Returns whether it was inserted. */
export const insertIfNew = async (
  trx: Statements,
  table: string,
  row: Readonly<Record<string, Value>>,
): Promise<boolean> => {
  const columns = Object.keys(row);
  const values = [Object.values(row)];
  const end = trx.dialect.unlessPresent(columns[0] as string);
  const outcome = await trx.run(`${intoTable(table, columns)} ${valuesOf(values)}${end}`, values);
  return trx.dialect.hasInserted(outcome);
};

/** The row that `insertRowsUnder` locks in shared mode. */
export type Guard = { readonly table: string; readonly where: string; readonly parameters: readonly Parameter[] };

/**
 * Inserts at most 500 rows in one statement that also locks the guard's row in shared mode. Returns `false`, and inserts
 * nothing, if no row matches the guard. An existing key rejects the whole statement (`isDuplicate`).
 */
export const insertRowsUnder = async (
  trx: Statements,
  table: string,
  columns: readonly string[],
  rows: Rows,
  guard: Guard,
): Promise<boolean> => {
  const names = columns.join(", ");
  const { changes } = await trx.run(
    `${intoTable(table, columns)} WITH new_rows (${names}) AS (${valuesOf(rows, trx.dialect.beforeTableRow)})
     SELECT ${columns.map((column) => `new_rows.${column}`).join(", ")} FROM ${guard.table}, new_rows
     WHERE ${guard.where}${trx.dialect.lock("SHARE")}`,
    [...rows, ...guard.parameters],
  );
  return changes > 0;
};
