import type { Knex } from "knex";

export type Value = string | number | null;
/** The value of a `?` in a statement: a single value, or the list of values in `IN (?)` or `VALUES (?)`. */
export type Parameter = Value | readonly Value[];
/** The rows that a statement read, or the number of rows that it changed. */
export type Outcome = {
  readonly rows: readonly unknown[];
  /** Matched rows, as both databases count them: also those whose values were equal before. */
  readonly changes: number;
  /** As MySQL reports it; 0 on SQLite. */
  readonly lastInsertId: number;
};

export type Lock = "UPDATE" | "UPDATE SKIP LOCKED" | "SHARE";

/** What an INSERT does with a row whose `unique` key exists: it replaces `overwrite`, adds to `add`, else nothing. */
export type OnDuplicate = {
  readonly unique: string;
  readonly overwrite?: readonly string[];
  readonly add?: readonly string[];
};

/** Rows that a statement locks: the values of some columns of one table. */
export type LockTarget = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly keys: readonly (readonly Value[])[];
};

/** A connection of the driver, borrowed from knex's pool. */
export type Connection = object;

/** Everything that SQLite and MySQL (or MariaDB) do differently. No other code depends on which database it uses. */
export interface Dialect {
  readonly name: "sqlite" | "mysql";
  /** Closes a connection whose statement takes too long, and rejects the statement with `cause`. */
  closeLate(connection: Connection, cause: Error): void;
  /** Begins a transaction that may write. */
  begin(connection: Connection): Promise<void>;
  /** Commits the transaction. */
  commit(connection: Connection): Promise<void>;
  /** Runs one statement through the driver's documented API. */
  run(connection: Connection, sql: string, parameters: readonly Parameter[]): Promise<Outcome>;
  /** Returns the end of a SELECT that locks its rows. It is empty on SQLite: a transaction locks the whole database. */
  lock(lock: Lock): string;
  /**
   * Returns those of the rows that another session has locked at this moment, without waiting for them. In a transaction
   * it locks the others, and does not find rows that are not committed.
   */
  findLocked(connection: Connection, target: LockTarget, where?: "in a transaction"): Promise<LockTarget["keys"]>;
  /** The text before each row in a table of `VALUES`. */
  readonly beforeTableRow: string;
  /** Returns the end of an INSERT. */
  onDuplicate(table: string, onDuplicate: OnDuplicate): string;
  /** Returns the end of an INSERT that does nothing if any unique key of the row exists. */
  unlessPresent(column: string): string;
  /** Returns whether an INSERT that ended in `unlessPresent` added its row. */
  hasInserted(outcome: Outcome): boolean;
  /** Sets the options of a new table, so that text is compared by its bytes. */
  setTableOptions(table: Knex.CreateTableBuilder): void;
  /** Runs a change of the schema. On MySQL parts of it may exist. */
  changeSchema(knex: Knex, change: Knex.SchemaBuilder): Promise<void>;
  /** Runs a migration while no other node migrates the same database. */
  migrateAlone(trx: Knex.Transaction, migration: () => Promise<void>): Promise<void>;
  /** The server's settings that decide whether commits are durable and visible; SQLite's are set by this service. */
  readonly settings: { readonly GLOBAL: readonly string[]; readonly SESSION: readonly string[] };
}
