import type { Knex } from "knex";
import { beginImmediate, type LibsqlConnection } from "./libsql-client.js";
import { timed } from "./sql-latency.js";

const queryOf = (knex: Knex, table: string) => knex(table);
type Query = ReturnType<typeof queryOf>;

export type Value = string | number | null;
/** The rows that a statement found, or how many it changed. */
export type Outcome = { readonly rows: readonly unknown[]; readonly changes: number };

/** What a transaction speaks through: knex's builder, as much of it as a table needs, and statements by hand. */
export type Statements = Pick<Knex, "raw" | "client"> &
  ((table: string) => Query) & {
    /** Runs a statement as it stands, past knex's builder, which takes longer over a small one than the database. */
    run(sql: string, values?: readonly Value[]): Promise<Outcome>;
  };

/** Whether a server answers, with its locks; else it is SQLite. */
export const isMysql = (trx: Statements): boolean => trx.client.config.client === "mysql2";

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
export const transactionsOf = (knex: Knex, dialect: "sqlite" | "mysql"): RunTransaction => {
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
    const raw = (...statement: Parameters<Knex["raw"]>) => knex.raw(...statement).connection(here());
    return Object.assign((table: string): Query => queryOf(knex, table).connection(here()), {
      client: knex.client,
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
        // One that cannot roll back is not lent again, for nobody knows what it still holds.
        await send(connection, "ROLLBACK").catch(() => connection.destroy?.());
        throw error;
      }
    } finally {
      await client.releaseConnection(connection);
    }
  };
};
