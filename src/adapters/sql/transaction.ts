import type { Knex } from "knex";
import { beginImmediate, type LibsqlConnection } from "./libsql-client.js";
import { timed } from "./sql-latency.js";

const queryOf = (knex: Knex, table: string) => knex(table);
type Query = ReturnType<typeof queryOf>;

export type Dialect = "sqlite" | "mysql";
export type Value = string | number | null;
/** The rows that a statement found, or how many it changed. */
export type Outcome = { readonly rows: readonly unknown[]; readonly changes: number };

/** What a transaction speaks through: knex's builder, as much of it as a table needs, and statements by hand. */
export type Statements = ((table: string) => Query) & {
  readonly dialect: Dialect;
  readonly raw: Knex["raw"];
  /** Runs a statement as it stands, past knex's builder, which takes longer over a small one than the database. */
  run(sql: string, values?: readonly Value[]): Promise<Outcome>;
};

/** Runs `work` in a transaction, once: commits if it resolves, rolls back if it rejects. */
export type RunTransaction = <T>(work: (trx: Statements) => Promise<T>) => Promise<T>;

type Connection = { destroy?(): void };
/** `null` rather than no values: of none, mysql2 looks through the whole statement for where they belong. */
type Sent = { readonly sql: string; readonly bindings: readonly Value[] | null };
/** Beneath knex's `query`, which makes every statement's text twice: for a debugger, and for its own error. */
type Client = {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  _query(connection: Connection, query: Sent): Promise<{ readonly response: unknown }>;
};

/** What mysql2 and libsql answer, each in its own way. */
const outcomeOf = (response: unknown, mysql: boolean): Outcome => {
  const answer = mysql ? (response as readonly unknown[])[0] : response;
  if (Array.isArray(answer)) return { rows: answer, changes: 0 };
  const { affectedRows, changes } = answer as { readonly affectedRows?: number; readonly changes?: number };
  return { rows: [], changes: affectedRows ?? changes ?? 0 };
};

/**
 * Transactions on knex's connections, without knex's transactions: those make a whole knex anew each time, which takes
 * longer than most statements.
 */
export const transactionsOf = (knex: Knex, dialect: Dialect): RunTransaction => {
  const client = knex.client as Client;
  const send = (connection: Connection, sql: string, bindings: readonly Value[] | null = null) =>
    timed(() => client._query(connection, { sql, bindings }));
  const begin = (connection: Connection) =>
    dialect === "sqlite" ? beginImmediate(connection as LibsqlConnection) : send(connection, "BEGIN");

  /** Statements on this connection, until the transaction has ended. */
  const statementsOn = (connection: Connection, hasEnded: () => boolean): Statements => {
    const here = () => {
      if (hasEnded()) throw new Error("this transaction has ended");
      return connection;
    };
    // Looked at again when it is sent, for what was built before the end may be awaited after it.
    const raw = (...statement: Parameters<Knex["raw"]>) => {
      const query = knex.raw(...statement).connection(here());
      query.on("start", here);
      return query;
    };
    const on = (table: string): Query => queryOf(knex, table).connection(here()).on("start", here);
    return Object.assign(on, {
      dialect,
      raw: raw as Knex["raw"],
      run: async (sql: string, values?: readonly Value[]) =>
        outcomeOf((await send(here(), sql, values)).response, dialect === "mysql"),
    });
  };

  return async (work) => {
    const connection = await client.acquireConnection();
    let ended = false;
    try {
      await begin(connection);
      try {
        const result = await work(statementsOn(connection, () => ended));
        ended = true;
        await send(connection, "COMMIT");
        return result;
      } catch (error) {
        ended = true;
        // One that cannot roll back is not lent again, for nobody knows what it still holds; SQLite's one connection
        // rolls back before it begins anew.
        await send(connection, "ROLLBACK").catch(() => connection.destroy?.());
        throw error;
      }
    } finally {
      await client.releaseConnection(connection);
    }
  };
};
