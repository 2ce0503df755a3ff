import type { Knex } from "knex";
import { format } from "mysql2";
import { isMysql, type Statements } from "./transaction.js";

type Value = string | number | null;
type Changed = readonly [{ readonly affectedRows: number }] | { readonly changes: number };

/*
 * Statements of the hot paths, written by hand: knex's builder takes longer over a small one than the database, and its
 * bindings several times as long over a list of 500. Each `?` of the text is a value, or a list of them, as in
 * `IN (?)`; an empty list is `NULL`, which nothing is in.
 */

const listed = (values: readonly (Value | readonly Value[])[]) =>
  values.map((value) => (Array.isArray(value) && value.length === 0 ? null : value));

const statement = (trx: Statements, sql: string, given: readonly (Value | readonly Value[])[]): Knex.Raw => {
  const values = listed(given);
  // Values stand in the text: SQLite, which would escape them otherwise, is given them beside it.
  if (isMysql(trx)) return trx.raw(format(sql, values as Value[]));
  let next = 0;
  const places = (value: unknown) => (Array.isArray(value) ? value.map(() => "?").join(", ") : "?");
  return trx.raw(
    sql.replaceAll("?", () => places(values[next++])),
    values.flat() as Value[],
  );
};

/** Reads rows. */
export const selectRows = async <Row>(
  trx: Statements,
  sql: string,
  values: readonly (Value | readonly Value[])[],
): Promise<readonly Row[]> => {
  const answer = await statement(trx, sql, values);
  return isMysql(trx) ? answer[0] : answer;
};

/** Reads rows and locks them, where the database has locks; SQLite's transactions have the whole of it. */
export const lockRows = <Row>(
  trx: Statements,
  sql: string,
  values: readonly (Value | readonly Value[])[],
  lock: "UPDATE" | "UPDATE SKIP LOCKED" | "SHARE" = "UPDATE",
): Promise<readonly Row[]> => {
  // MariaDB does not know `FOR SHARE`.
  const locking = lock === "SHARE" ? " LOCK IN SHARE MODE" : ` FOR ${lock}`;
  return selectRows(trx, isMysql(trx) ? sql + locking : sql, values);
};

/** Changes rows, and answers how many matched. */
export const changeRows = async (
  trx: Statements,
  sql: string,
  values: readonly (Value | readonly Value[])[],
): Promise<number> => {
  const changed: Changed = await statement(trx, sql, values);
  return "changes" in changed ? changed.changes : changed[0].affectedRows;
};
