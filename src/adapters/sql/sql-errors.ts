import { DomainError } from "../../domain/problem.js";

type Coded = { readonly code?: unknown; readonly errno?: unknown; readonly message?: unknown; readonly name?: unknown };

const unavailableCodes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR",
  "ER_SERVER_SHUTDOWN",
  "ER_CONNECTION_KILLED",
  "ER_CON_COUNT_ERROR",
  "ER_TOO_MANY_USER_CONNECTIONS",
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_READ_ONLY_MODE",
  "ER_DISK_FULL",
  "ER_RECORD_FILE_FULL",
  "SQLITE_FULL",
  "SQLITE_IOERR",
]);
/** Too many connections, shutdown, and MariaDB's killed connection, which has no name in the driver. */
const unavailableNumbers: ReadonlySet<unknown> = new Set([1040, 1053, 1927]);
const unavailableText = /Timeout acquiring a connection|closed state|Connection lost|server closed the connection/i;
const lockTimeoutNumber = 1205;
/** Lock wait timeout, deadlock, and MariaDB's "record has changed". */
const contentionNumbers: ReadonlySet<unknown> = new Set([lockTimeoutNumber, 1213, 1020]);
/** A statement on this table has waited too long for a lock. */
export class LockTimeout extends Error {
  readonly errno = lockTimeoutNumber;
  readonly table: string;

  constructor(table: string, cause: unknown) {
    super(`waited too long for a lock on ${table}`, { cause });
    this.name = "LockTimeout";
    this.table = table;
  }
}

const duplicateCodes: ReadonlySet<unknown> = new Set([
  "ER_DUP_ENTRY",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  "SQLITE_CONSTRAINT_UNIQUE",
]);

const coded = (error: unknown): Coded => (typeof error === "object" && error !== null ? error : {});

/** Returns whether another connection has locked the SQLite file. */
export const isLockedFile = (error: unknown): boolean => {
  const { code } = coded(error);
  return typeof code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(code);
};

/** Returns whether another transaction was in the way, so that this one may run again from its start. */
export const isContention = (error: unknown): boolean =>
  contentionNumbers.has(coded(error).errno) || isLockedFile(error);

/** Returns whether a statement has waited too long for a row that another transaction has locked. */
export const isLockTimeout = (error: unknown): boolean => coded(error).errno === lockTimeoutNumber;

/** Returns whether a unique key rejected the row. */
export const isDuplicate = (error: unknown): boolean => duplicateCodes.has(coded(error).code);

/**
 * Returns `engine-unavailable` if the error means that the database is unreachable or too busy, `resource-busy` if a lock
 * was not free in time, else the same error.
 * mysql2 adds the statement to its errors. It contains shoppers' data, so it is removed and never logged.
 */
export const databaseError = (error: unknown): unknown => {
  if (error instanceof DomainError) return error;
  if (error instanceof LockTimeout)
    return new DomainError({ code: "resource-busy", resource: error.table, key: null }, error);
  delete (coded(error) as { sql?: unknown }).sql;
  const { code, errno, message, name } = coded(error);
  const isUnavailable =
    unavailableCodes.has(code) ||
    unavailableNumbers.has(errno) ||
    name === "KnexTimeoutError" ||
    unavailableText.test(String(message)) ||
    isContention(error);
  return isUnavailable ? new DomainError({ code: "engine-unavailable", engine: "database" }, error) : error;
};
