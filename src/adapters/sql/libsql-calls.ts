import { setImmediate } from "node:timers";
import { setImmediate as nextTurn } from "node:timers/promises";
import AsyncLibsql from "libsql/promise";

type LibsqlStatement = {
  /** Whether it returns rows. */
  readonly reader: boolean;
  all(values: readonly unknown[]): readonly unknown[];
  run(values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number };
};

export type LibsqlConnection = {
  readonly inTransaction: boolean;
  /** Whether the database has no file. */
  readonly memory: boolean;
  /** knex closes a connection with this mark instead of lending it again. */
  __knex__disposed?: unknown;
  exec(sql: string): void;
  pragma(source: string): unknown;
  prepare(sql: string): LibsqlStatement;
  close(): void;
};

export type LibsqlResult = {
  /** `null` if the statement returns no rows. */
  readonly rows: readonly unknown[] | null;
  readonly changes: number;
  readonly lastInsertRowid: number;
};

/** The driver's asynchronous calls run on threads of the driver. They accept a connection that was opened synchronously. */
const { exec, prepare } = AsyncLibsql.prototype;

/** Runs statements without values. Of a file they run on a thread, because a sync to disk has no bound. */
export const execute = async (connection: LibsqlConnection, sql: string): Promise<void> => {
  if (connection.memory) connection.exec(sql);
  else await exec.call(connection as never, sql);
};

/** Statements that run one after another may use one turn of the event loop for so long, ms. */
const longestTurnMs = 50;
let turnBegan: number | undefined;

/** Lets timers and sockets run if statements have used this turn of the event loop for too long. */
const endLongTurn = async (): Promise<void> => {
  if (turnBegan === undefined) {
    turnBegan = performance.now();
    setImmediate(() => {
      turnBegan = undefined;
    });
  } else if (performance.now() - turnBegan > longestTurnMs) await nextTurn();
};

/** A statement with one of these may read any number of rows. All others read or write a page. */
const aggregates = /\b(?:sum|count|row_number)\s*\(/i;
const mayReadManyRows = (sql: string): boolean => /^\s*select\b/i.test(sql) && aggregates.test(sql);

const runHere = (connection: LibsqlConnection, sql: string, values: readonly unknown[]): LibsqlResult => {
  const statement = connection.prepare(sql);
  return statement.reader
    ? { rows: statement.all(values), changes: 0, lastInsertRowid: 0 }
    : { rows: null, ...statement.run(values) };
};

/** Runs one statement. Of a file a statement that may read many rows runs on a thread of the driver. */
export const runStatement = async (
  connection: LibsqlConnection,
  sql: string,
  values: readonly unknown[],
): Promise<LibsqlResult> => {
  if (connection.memory) return runHere(connection, sql, values);
  try {
    if (!mayReadManyRows(sql)) {
      await endLongTurn();
      return runHere(connection, sql, values);
    }
    const statement = await prepare.call(connection as never, sql);
    return { rows: await statement.all(values), changes: 0, lastInsertRowid: 0 };
  } catch (error) {
    // A statement that finds the file busy stays active: its connection keeps an old snapshot and cannot commit.
    if (/^SQLITE_BUSY/.test(String((error as { readonly code?: unknown }).code))) connection.__knex__disposed = error;
    throw error;
  }
};
