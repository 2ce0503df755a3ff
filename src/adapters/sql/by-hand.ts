import { format } from "mysql2";
import type { Outcome, Statements, Value } from "./transaction.js";

/*
 * Statements of the hot paths. Each `?` of the text is a value, or a list of them that every row must be in, as in
 * `IN (?)`: with an empty list there is no such row, and nothing is sent.
 */

type Given = Value | readonly Value[];

const run = async (trx: Statements, sql: string, values: readonly Given[]): Promise<Outcome> => {
  if (values.some((value) => Array.isArray(value) && value.length === 0)) return { rows: [], changes: 0 };
  // Of a list of 500, knex's bindings take several times as long as the database, so values stand in the text; SQLite,
  // which escapes them otherwise, is given them beside it.
  if (trx.dialect === "mysql") return trx.run(format(sql, values as Value[]));
  let next = 0;
  const places = (value: unknown) => (Array.isArray(value) ? value.map(() => "?").join(", ") : "?");
  const text = sql.replaceAll("?", () => places(values[next++]));
  return trx.run(text, values.flat() as Value[]);
};

/** Reads rows. */
export const selectRows = async <Row>(
  trx: Statements,
  sql: string,
  values: readonly Given[],
): Promise<readonly Row[]> => (await run(trx, sql, values)).rows as readonly Row[];

/** Reads rows and locks them, where the database has locks; SQLite's transactions have the whole of it. */
export const lockRows = <Row>(
  trx: Statements,
  sql: string,
  values: readonly Given[],
  lock: "UPDATE" | "UPDATE SKIP LOCKED" | "SHARE" = "UPDATE",
): Promise<readonly Row[]> => {
  // MariaDB does not know `FOR SHARE`.
  const locking = lock === "SHARE" ? " LOCK IN SHARE MODE" : ` FOR ${lock}`;
  return selectRows(trx, trx.dialect === "mysql" ? sql + locking : sql, values);
};

/** Changes rows, and answers how many matched. */
export const changeRows = async (trx: Statements, sql: string, values: readonly Given[]): Promise<number> =>
  (await run(trx, sql, values)).changes;
