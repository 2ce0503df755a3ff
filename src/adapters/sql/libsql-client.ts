import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Knex } from "knex";
import Libsql from "libsql";

type LibsqlStatement = {
  /** Whether it returns rows. */
  readonly reader: boolean;
  all(values: readonly unknown[]): readonly unknown[];
  run(values: readonly unknown[]): { readonly changes: number };
};
export type LibsqlConnection = {
  readonly inTransaction: boolean;
  exec(sql: string): void;
  pragma(source: string): unknown;
  prepare(sql: string): LibsqlStatement;
  close(): void;
};
type Begins = { begin: (connection: LibsqlConnection) => Promise<void> };

type DialectClient = new (
  config: Knex.Config,
) => Knex.Client & {
  _driver(): unknown;
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: LibsqlConnection): Promise<void>;
  transaction(container: unknown, config: unknown, outerTx: unknown): Knex.Transaction;
};

const BetterSqlite3Client: DialectClient = createRequire(import.meta.url)("knex/lib/dialects/better-sqlite3/index.js");

/** A commit that failed, for example on a full disk, has left its transaction open. */
export const endAbandoned = (connection: LibsqlConnection): void => {
  if (connection.inTransaction) connection.exec("ROLLBACK");
};

/** Takes the write lock before the first read. A transaction that takes it later may find its reads outdated. */
export const beginImmediate = async (connection: LibsqlConnection): Promise<void> => {
  endAbandoned(connection);
  // With `exec`: a prepared statement that finds the file busy stays active and blocks every later commit.
  connection.exec("BEGIN IMMEDIATE");
};

/**
 * knex's better-sqlite3 dialect on libsql, which has the same API and ships its binary as an npm package (ADR 0008).
 * knex's own transactions also begin with BEGIN IMMEDIATE.
 */
export class LibsqlClient extends BetterSqlite3Client {
  override _driver(): unknown {
    return Libsql;
  }

  override acquireRawConnection(): Promise<unknown> {
    const { filename } = this.connectionSettings as { readonly filename: string };
    if (filename !== ":memory:") {
      mkdirSync(dirname(filename), { recursive: true });
      closeSync(openSync(filename, "a", 0o600));
      chmodSync(filename, 0o600);
    }
    return super.acquireRawConnection();
  }

  override async destroyRawConnection(connection: LibsqlConnection): Promise<void> {
    // SQLite copies the log into the file when the last connection closes, but prepared statements keep this one open.
    try {
      connection.pragma("wal_checkpoint(TRUNCATE)");
    } catch {
      // For example on a full disk. The next process that opens the file reads the log.
    }
    connection.close();
  }

  override transaction(container: unknown, config: unknown, outerTx: unknown): Knex.Transaction {
    const transaction = super.transaction(container, config, outerTx);
    // The transaction sends nothing before the next tick, so it uses this `begin`.
    (transaction as unknown as Begins).begin = beginImmediate;
    return transaction;
  }
}
