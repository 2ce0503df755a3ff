import { DomainError } from "../../domain/problem.js";

type Coded = { readonly code?: unknown; readonly errno?: unknown; readonly message?: unknown; readonly name?: unknown };

const codesOfAbsence: ReadonlySet<unknown> = new Set([
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
/** Too many connections, shutdown, and MariaDB's killed connection, whose name the driver does not know. */
const numbersOfAbsence: ReadonlySet<unknown> = new Set([1040, 1053, 1927]);
const wordsOfAbsence = /Timeout acquiring a connection|closed state|Connection lost|server closed the connection/i;
/** Lock wait time-out, deadlock, and MariaDB's record-has-changed. */
const codesOfContention: ReadonlySet<unknown> = new Set([1205, 1213, 1020]);
const codesOfDuplicates: ReadonlySet<unknown> = new Set([
  "ER_DUP_ENTRY",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  "SQLITE_CONSTRAINT_UNIQUE",
]);

const coded = (error: unknown): Coded => (typeof error === "object" && error !== null ? error : {});

/** Another transaction was in the way: the whole of this one may be run again. */
export const isContention = (error: unknown): boolean => {
  const { code, errno } = coded(error);
  return codesOfContention.has(errno) || (typeof code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(code));
};

/** A unique key refused the row. */
export const isDuplicate = (error: unknown): boolean => codesOfDuplicates.has(coded(error).code);

/**
 * The same error, or `engine-unavailable` where it says that the database is away, or stays too busy to answer. The
 * statement, which mysql2 hangs on its errors with all that shoppers sent, is taken off: it is for nobody's log.
 */
export const told = (error: unknown): unknown => {
  if (error instanceof DomainError) return error;
  delete (coded(error) as { sql?: unknown }).sql;
  const { code, errno, message, name } = coded(error);
  const away =
    codesOfAbsence.has(code) ||
    numbersOfAbsence.has(errno) ||
    name === "KnexTimeoutError" ||
    wordsOfAbsence.test(String(message)) ||
    isContention(error);
  return away ? new DomainError({ code: "engine-unavailable", engine: "database" }, error) : error;
};
