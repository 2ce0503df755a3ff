import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import knexFactory, { type Knex } from "knex";
import { LibsqlClient, type LibsqlConnection } from "./libsql-client.js";
import { readMysqlAddress } from "./mysql-address.js";
import { isContention, told } from "./sql-errors.js";
import { publishLatency } from "./sql-latency.js";
import { type Dialect, type RunTransaction, type Statements, transactionsOf, type Value } from "./transaction.js";

/** A database and how to speak to it; every adapter of this folder is given one. */
export type Database = { readonly knex: Knex; readonly dialect: Dialect; readonly transaction: RunTransaction };

/** A file of its own (`:memory:` is gone when it closes), or a MySQL or MariaDB server. */
export type DatabaseTarget =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "mysql"; readonly url: string };

/** How long a plain read or a free connection is waited for, in ms: a request must end within two seconds. */
const patienceMs = 1500;
/** A connection that owes an answer and is silent for longer, in ms, is given up: a lock is waited for only 3 s. */
const silenceMs = 5000;
const mostTries = 8;

type MysqlConnection = {
  readonly stream: Socket;
  listenerCount(event: "error"): number;
  query(sql: string, done: (error: unknown) => void): void;
};

/** Whoever ran a query is told of its error, without its values; knex need not print it as well. */
const log: Knex.Logger = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} };

const openSqlite = (file: string): Knex => {
  return knexFactory({
    client: LibsqlClient as unknown as typeof Knex.Client,
    compileSqlOnError: false,
    connection: { filename: file },
    useNullAsDefault: true,
    log,
    // SQLite writes one at a time anyway. A query outside `tx` inside a transaction would wait for itself: so only for
    // as long as any other.
    pool: {
      min: 1,
      max: 1,
      acquireTimeoutMillis: patienceMs,
      afterCreate: (connection: LibsqlConnection, done: (error: unknown, connection: unknown) => void) => {
        connection.pragma("journal_mode = WAL");
        connection.pragma("synchronous = FULL");
        connection.pragma("busy_timeout = 3000");
        done(null, connection);
      },
    },
  });
};

// READ COMMITTED: every decision here is a guarded update, a unique key or a locked row, so a snapshot adds nothing,
// and gap locks would only make neighbours' inserts deadlock.
const sessionSettings = [
  "SET time_zone = '+00:00', innodb_lock_wait_timeout = 3",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** A server that is frozen, or gone without a word, would otherwise keep its connections and who waits on them. */
const giveUpInSilence = (connection: MysqlConnection): void => {
  const { stream } = connection;
  const lost = Object.assign(new Error(`silent for ${silenceMs} ms`), { code: "ETIMEDOUT" });
  // Once the pool has let it go nobody hears of its end, and an error that nobody hears ends the process.
  stream.setTimeout(silenceMs, () => stream.destroy(connection.listenerCount("error") > 0 ? lost : undefined));
};

const prepareSession = (
  connection: MysqlConnection,
  done: (error: unknown, connection: unknown) => void,
  [setting, ...others] = sessionSettings,
): void => {
  if (setting === undefined) done(null, connection);
  else
    connection.query(setting, (error) => (error ? done(error, connection) : prepareSession(connection, done, others)));
};

const openMysql = (url: string, poolSize: number): Knex => {
  return knexFactory({
    client: "mysql2",
    compileSqlOnError: false,
    connection: {
      ...readMysqlAddress(url),
      charset: "utf8mb4",
      timezone: "Z",
      supportBigNumbers: true,
      dateStrings: ["DATE"],
      connectTimeout: patienceMs,
    } as unknown as Knex.MySql2ConnectionConfig,
    acquireConnectionTimeout: patienceMs,
    log,
    pool: {
      min: 0,
      max: poolSize,
      // Idle ones leave before their silence counts.
      idleTimeoutMillis: silenceMs / 2,
      reapIntervalMillis: 500,
      afterCreate: (connection: MysqlConnection, done: (error: unknown, connection: unknown) => void) => {
        giveUpInSilence(connection);
        prepareSession(connection, done);
      },
    },
  });
};

/** Makes the pool; no connection is opened before the first query. */
export const openDatabase = (target: DatabaseTarget, { poolSize = 10 } = {}): Database => {
  const knex = target.kind === "sqlite" ? openSqlite(target.file) : openMysql(target.url, poolSize);
  publishLatency(knex);
  return { knex, dialect: target.kind, transaction: transactionsOf(knex, target.kind) };
};

/** Closes every connection. */
export const closeDatabase = (db: Database): Promise<void> => db.knex.destroy();

/** A query of knex, whatever its rows are. */
type Query = { timeout(ms: number): PromiseLike<unknown> };

/** How long a read may take that nobody waits for with a request in hand, ms. */
export const unhurriedReadMs = silenceMs - 500;

/**
 * Runs a plain read.
 * @throws DomainError `engine-unavailable` where the database is away or silent for `ms`
 */
export const read = async <T>(query: Query, ms = patienceMs): Promise<T> => {
  try {
    return (await query.timeout(ms)) as T;
  } catch (error) {
    throw told(error);
  }
};

/** @throws DomainError `engine-unavailable` where it does not answer */
export const pingDatabase = async (db: Database): Promise<void> => {
  await read(db.knex.raw("SELECT 1"));
};

/**
 * Runs `work` in a transaction, and the whole of it again where another transaction was in the way.
 * @throws DomainError `engine-unavailable` where the database is away, or its commit was not heard
 */
export const transact = <T>(db: Database, work: (trx: Statements) => Promise<T>): Promise<T> =>
  insisting(() => db.transaction(work));

/**
 * Runs one statement that is a transaction by itself; returns the number of affected rows.
 * @throws DomainError `engine-unavailable` if the database is unreachable, or its reply was lost
 */
export const execute = (db: Database, sql: string, values: readonly Value[]): Promise<number> =>
  insisting(async () => {
    const response: unknown = await db.knex.raw(sql, values as Value[]).timeout(patienceMs);
    const { affectedRows, changes } = (Array.isArray(response) ? response[0] : response) as {
      readonly affectedRows?: number;
      readonly changes?: number;
    };
    return affectedRows ?? changes ?? 0;
  });

/** As `transact`, with the whole of knex in hand: what changes the schema needs it. */
export const transactWithKnex = <T>(db: Database, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> =>
  insisting(() => db.knex.transaction(work));

const insisting = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isContention(error) || tries === mostTries) throw told(error);
      await pause(Math.random() * 5 * 2 ** tries);
    }
  }
};

/** Lets the statements of `work` take as long as they need: a change of the schema does. For MySQL. */
export const unhurried = async (trx: Knex.Transaction, work: () => Promise<void>): Promise<void> => {
  const { stream }: MysqlConnection = await trx.client.acquireConnection();
  stream.setTimeout(0);
  try {
    await work();
  } finally {
    stream.setTimeout(silenceMs);
  }
};
