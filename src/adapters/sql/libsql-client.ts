import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Knex } from "knex";
import Libsql from "libsql";
import { execute, type LibsqlConnection, runStatement } from "./libsql-calls.js";

type Begins = { begin: (connection: LibsqlConnection) => Promise<void> };

/** What knex passes to the driver, and the fields that it reads the response from. */
type Query = {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
  context?: { readonly lastID: number; readonly changes: number };
};

type DialectClient = new (
  config: Knex.Config,
) => Knex.Client & {
  _driver(): unknown;
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: LibsqlConnection): Promise<void>;
  _query(connection: LibsqlConnection, query: Query): Promise<Query>;
  _formatBindings(bindings: readonly unknown[] | undefined): readonly unknown[];
  transaction(container: unknown, config: unknown, outerTx: unknown): Knex.Transaction;
};

const BetterSqlite3Client: DialectClient = createRequire(import.meta.url)("knex/lib/dialects/better-sqlite3/index.js");

/** A commit that failed, for example on a full disk, has left its transaction open. */
const endAbandoned = (connection: LibsqlConnection): void => {
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
      await execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // For example on a full disk. The next process that opens the file reads the log.
    }
    connection.close();
  }

  override async _query(connection: LibsqlConnection, query: Query): Promise<Query> {
    const { rows, changes, lastInsertRowid } = await runStatement(
      connection,
      query.sql,
      this._formatBindings(query.bindings),
    );
    if (rows !== null) return Object.assign(query, { response: rows });
    return Object.assign(query, {
      response: { changes, lastInsertRowid },
      context: { lastID: lastInsertRowid, changes },
    });
  }

  override transaction(container: unknown, config: unknown, outerTx: unknown): Knex.Transaction {
    const transaction = super.transaction(container, config, outerTx);
    // The transaction sends nothing before the next tick, so it uses this `begin`.
    (transaction as unknown as Begins).begin = beginImmediate;
    return transaction;
  }
}
