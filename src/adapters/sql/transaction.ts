import type { Knex } from "knex";
import { beginImmediate, type LibsqlConnection } from "./libsql-client.js";

const queryOf = (knex: Knex, table: string) => knex(table);
type Query = ReturnType<typeof queryOf>;

/** What speaks to the database, or within one transaction of it: as much of knex as a table needs. */
export type Statements = Pick<Knex, "raw" | "client"> & ((table: string) => Query);

/** Whether a server answers, with its locks; else it is SQLite. */
export const isMysql = (trx: Statements): boolean => trx.client.config.client === "mysql2";

/** Runs `work` in a transaction, once: commits if it resolves, rolls back if it rejects. */
export type RunTransaction = <T>(work: (trx: Statements) => Promise<T>) => Promise<T>;

type Connection = { destroy?(): void };
type Client = {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  query(connection: Connection, query: { readonly sql: string; readonly __knexQueryUid: string }): Promise<unknown>;
};

/** Statements on this connection, until `ended`. */
const statementsOn = (knex: Knex, connection: Connection, ended: () => boolean): Statements => {
  const on = <Q extends { connection(connection: unknown): Q }>(query: Q): Q => {
    if (ended()) throw new Error("this transaction has ended");
    return query.connection(connection);
  };
  const raw = (...statement: Parameters<Knex["raw"]>) => on(knex.raw(...statement));
  return Object.assign((table: string): Query => on(queryOf(knex, table)), {
    client: knex.client,
    raw: raw as Knex["raw"],
  });
};

let said = 0;

/**
 * Transactions on knex's connections, without knex's transactions: those make a whole knex anew each time, which takes
 * longer than most statements.
 */
export const transactionsOf = (knex: Knex, dialect: "sqlite" | "mysql"): RunTransaction => {
  const client = knex.client as Client;
  const say = (connection: Connection, sql: string) => {
    said += 1;
    return client.query(connection, { sql, __knexQueryUid: `${said}` });
  };
  const begin = (connection: Connection) =>
    dialect === "sqlite" ? beginImmediate(connection as LibsqlConnection) : say(connection, "BEGIN");
  return async (work) => {
    const connection = await client.acquireConnection();
    let ended = false;
    try {
      await begin(connection);
      try {
        const result = await work(statementsOn(knex, connection, () => ended));
        ended = true;
        await say(connection, "COMMIT");
        return result;
      } catch (error) {
        ended = true;
        // One that cannot roll back is not lent again, for nobody knows what it still holds.
        await say(connection, "ROLLBACK").catch(() => connection.destroy?.());
        throw error;
      }
    } finally {
      await client.releaseConnection(connection);
    }
  };
};
