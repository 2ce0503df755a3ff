import { channel } from "node:diagnostics_channel";
import { setTimeout as pause } from "node:timers/promises";
import type { Knex } from "knex";
import type { BackendUse } from "../../application/ports/backend-use.js";
import type { Clock } from "../../application/ports/clock.js";
import { unavailableBackend } from "../../domain/problem.js";
import type { Dialect } from "./dialect.js";
import { LockedRows } from "./locked-rows.js";
import { mysqlDialect, openMysql, silenceMs } from "./mysql-dialect.js";
import { ServerClock } from "./server-clock.js";
import { databaseError, isContention, isLockedFile, isLockTimeout } from "./sql-errors.js";
import { publishLatency } from "./sql-latency.js";
import { openSqlite, sqliteDialect } from "./sqlite-dialect.js";
import { autocommitOn, type RunStatements, type Statements, transactionsOn } from "./transaction.js";
import { watched } from "./watched-statements.js";

/** A database and how to use it; every adapter in this folder gets one. */
export type Database = {
  /** The path of an SQLite file, else `null`. */
  readonly file: string | null;
  readonly knex: Knex;
  readonly dialect: Dialect;
  readonly lockedRows: LockedRows;
  /** The server's clock; `null` on SQLite, whose file has none. */
  readonly clock: Clock | null;
  readonly transaction: RunStatements;
  readonly autocommit: RunStatements;
};

/** An SQLite file (`:memory:` is deleted when it is closed), or a MySQL or MariaDB server. */
export type DatabaseTarget =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "mysql"; readonly url: string };

const uses = channel("rushboard:backend");

/** How long a read or a free connection may take: a request must end within two seconds. */
const readTimeoutMs = 1500;
/** How long a statement without transaction may take: longer than a wait for a lock, which MySQL 8 ends after up to 2 s. */
const autocommitTimeoutMs = 2500;
/** How long a read may take if no request waits for it. */
export const backgroundReadTimeoutMs = silenceMs - 500;
/** How long to wait for another program's lock on an SQLite file, ms: a request must end within two seconds. */
const fileLockMs = 1200;
const maxAttempts = 8;
/** Attempts that wait for a lock. Each of them waits for a second on a connection. */
const maxLockWaits = 2;
/** Longer than what InnoDB stores within a page of 16 KiB, so that the row needs free pages on the disk. */
const probePayload = " ".repeat(40_000);

/** knex logs nothing: the caller gets each error, without the values of the statement. */
const log: Knex.Logger = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} };

/**
 * Creates the pool. The first query opens the first connection.
 * @param options.lockWaitSeconds how long a statement waits for a row that another session has locked; 0: not at all,
 * which only MariaDB accepts
 */
export const openDatabase = (target: DatabaseTarget, { poolSize = 10, lockWaitSeconds = 1 } = {}): Database => {
  const options = { log, acquireConnectionTimeout: readTimeoutMs };
  const clock = new ServerClock();
  const [knex, dialect] =
    target.kind === "sqlite"
      ? ([openSqlite(target.file, options), sqliteDialect] as const)
      : ([openMysql(target.url, { ...options, poolSize, lockWaitSeconds, clock }), mysqlDialect] as const);
  publishLatency(knex);
  const transaction = transactionsOn(knex, dialect);
  // On SQLite only BEGIN may find the file locked, and COMMIT does not block the event loop.
  const autocommit = target.kind === "sqlite" ? transaction : autocommitOn(knex, dialect, autocommitTimeoutMs);
  const lockedRows = new LockedRows((rows) => autocommit(({ connection }) => dialect.findLocked(connection, rows)));
  return {
    file: target.kind === "sqlite" ? target.file : null,
    knex,
    dialect,
    clock: target.kind === "sqlite" ? null : clock,
    lockedRows,
    transaction: watched(transaction, lockedRows),
    autocommit: watched(autocommit, lockedRows),
  };
};

/** Closes every connection. */
export const closeDatabase = (db: Database): Promise<void> => {
  db.lockedRows.stop();
  return db.knex.destroy();
};

/** A query of knex, with rows of any type. */
type Query = { timeout(ms: number): PromiseLike<unknown> };

/**
 * Runs a plain read.
 * @throws DomainError `engine-unavailable` if the database is unreachable or does not answer within `timeoutMs`
 */
export const read = <T>(query: Query, timeoutMs = readTimeoutMs): Promise<T> =>
  retryContention("reads", async () => (await query.timeout(timeoutMs)) as T);

/** Publishes the result of a use, unless its error is not about the database. Returns the error. */
const published = (kind: "reads" | "writes", error?: unknown): unknown => {
  const use: BackendUse = { backend: "database", kind, error };
  const isResult = error === undefined || unavailableBackend(error)?.backend === "database";
  if (uses.hasSubscribers && isResult) uses.publish(use);
  return error;
};

/** @throws DomainError `engine-unavailable` if the database does not answer */
export const pingDatabase = async (db: Database): Promise<void> => {
  await read(db.knex.raw("SELECT 1"));
};

const undone = new Error("undone");

/** Inserts a row and rolls it back, as a check of what requests do. @throws DomainError `engine-unavailable` */
export const probeWrites = async (db: Database): Promise<void> => {
  const insert = async (trx: Statements) => {
    await trx.run("INSERT INTO outbox (event_id, payload) VALUES ('probe', ?)", [probePayload]);
    throw undone;
  };
  await transact(db, insert).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
};

/**
 * Runs `work` in a transaction. If another transaction is in the way, the whole work runs again: at most 8 times, or on
 * SQLite for at most 1.2 s, between which other work uses the connection.
 * @throws DomainError `engine-unavailable` if the database is unreachable or did not confirm the commit; `resource-busy`
 * if another session holds a row for more than a second
 */
export const transact = <T>(db: Database, work: (trx: Statements) => Promise<T>): Promise<T> =>
  retryContention("writes", () => db.transaction(work));

/** Runs one statement, which commits by itself, for at most 2.5 s; otherwise as `transact`. */
export const runAlone = <T>(db: Database, statement: (statements: Statements) => Promise<T>): Promise<T> =>
  retryContention("writes", () => db.autocommit(statement));

/** Runs `work` in one of knex's own transactions, which changes of the schema need; otherwise as `transact`. */
export const transactWithKnex = <T>(db: Database, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> =>
  retryContention("writes", () => db.knex.transaction(work));

const maxOf = (error: unknown): number => (isLockTimeout(error) ? maxLockWaits : maxAttempts);

const retryContention = async <T>(kind: "reads" | "writes", attempt: () => Promise<T>): Promise<T> => {
  const lockedUntil = performance.now() + fileLockMs;
  for (let attempts = 1; ; attempts += 1) {
    try {
      const result = await attempt();
      published(kind);
      return result;
    } catch (error) {
      const isLocked = isLockedFile(error);
      const isRetried = isLocked ? performance.now() < lockedUntil : isContention(error) && attempts < maxOf(error);
      if (!isRetried) throw published(kind, databaseError(error));
      await pause(Math.random() * (isLocked ? 30 : 5 * 2 ** attempts));
    }
  }
};
