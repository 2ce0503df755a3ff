import type { Knex } from "knex";
import type { Connection, Dialect, Outcome, Parameter } from "./dialect.js";
import { timed } from "./sql-latency.js";

/** Statements on one connection, as SQL text with `?` parameters. */
export type Statements = {
  readonly connection: Connection;
  readonly dialect: Dialect;
  run(sql: string, parameters?: readonly Parameter[]): Promise<Outcome>;
};

/** Runs `work` once. */
export type RunStatements = <T>(work: (statements: Statements) => Promise<T>) => Promise<T>;

/** The part of knex's client that lends connections. */
type Pool = {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
};

/** Returns statements on this connection, which are rejected from the moment that `hasEnded`. */
const statementsOn = (dialect: Dialect, connection: Connection, hasEnded: () => boolean): Statements => ({
  connection,
  dialect,
  run: async (sql, parameters = []) => {
    if (hasEnded()) throw new Error("this transaction has ended");
    return timed(() => dialect.run(connection, sql, parameters));
  },
});

const borrowed = async <T>(knex: Knex, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const pool: Pool = knex.client;
  const connection = await pool.acquireConnection();
  try {
    return await work(connection);
  } finally {
    await pool.releaseConnection(connection);
  }
};

const close = (connection: Connection): void => (connection as { destroy?(): void }).destroy?.();

/** Runs statements that commit one by one. After `timeoutMs` they are rejected, and may still be committed. */
export const autocommitOn =
  (knex: Knex, dialect: Dialect, timeoutMs: number): RunStatements =>
  (work) =>
    borrowed(knex, async (connection) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const cause = Object.assign(new Error(`no response within ${timeoutMs} ms`), { code: "ETIMEDOUT" });
          dialect.closeLate(connection, cause);
          reject(cause);
        }, timeoutMs);
      });
      try {
        return await Promise.race([work(statementsOn(dialect, connection, () => false)), late]);
      } finally {
        clearTimeout(timer);
      }
    });

/**
 * Runs transactions: commits if the work resolves, rolls back if it rejects. knex's own transactions create a complete
 * knex instance each time, which takes longer than most statements (ADR 0018).
 */
export const transactionsOn =
  (knex: Knex, dialect: Dialect): RunStatements =>
  (work) =>
    borrowed(knex, async (connection) => {
      let ended = false;
      await timed(() => dialect.begin(connection));
      try {
        const result = await work(statementsOn(dialect, connection, () => ended));
        ended = true;
        await timed(() => dialect.commit(connection));
        return result;
      } catch (error) {
        ended = true;
        // A connection that cannot roll back may hold locks, so it is closed. SQLite has one connection, which rolls
        // back before its next statement.
        await timed(() => dialect.run(connection, "ROLLBACK", [])).catch(() => close(connection));
        throw error;
      }
    });
