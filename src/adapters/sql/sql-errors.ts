import type { BackendFault } from "../../domain/backend-fault.js";
import { backendUnavailable, DomainError } from "../../domain/problem.js";

type Coded = {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  /** Only errors of a MySQL or MariaDB server have it. */
  readonly sqlState?: unknown;
  /** Only errors of the operating system have it. */
  readonly syscall?: unknown;
  /** Only errors of the MySQL driver that end the connection have it. */
  readonly fatal?: unknown;
};

const coded = (error: unknown): Coded => (typeof error === "object" && error !== null ? error : {});

/** Error numbers of MySQL, MariaDB and Galera. */
const serverFaults = {
  stopping: [1047, 1053, 1077, 1079, 3032, 3168, 3169],
  unreachable: [1158, 1159, 1160, 1161, 1152, 1184, 1317, 1927, 4031],
  slow: [1969, 3024],
  busy: [1205, 1213, 1020, 3101],
  "login-refused": [1044, 1045, 1129, 1130, 1251, 1698, 1820, 1862, 3118, 3159, 4151],
  "not-permitted": [1142, 1143, 1227, 1370],
  "too-many-connections": [1040, 1203, 1226],
  "read-only": [1036, 1290, 1792, 1836, 3098, 3100],
  "disk-full": [1021, 1114],
  "out-of-memory": [5, 1037, 1038, 1041, 1135, 1206],
  "broken-files": [1016, 1017, 1023, 1024, 1026, 1030, 1034, 1035, 1194, 1195, 1598, 1712],
  "schema-missing": [1046, 1049, 1146, 1932],
} satisfies Partial<Record<BackendFault, readonly number[]>>;

/** Beginnings of the codes of SQLite, the operating system, OpenSSL and the MySQL driver. The longest one decides. */
const codeFaults = {
  unreachable: ["ECONN", "EPIPE", "ENOTFOUND", "EAI_", "EHOST", "ENET", "ERR_SSL", "ERR_STREAM", "PROTOCOL_"],
  slow: ["ETIMEDOUT", "PROTOCOL_SEQUENCE_TIMEOUT", "SQLITE_INTERRUPT"],
  busy: ["SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"],
  "login-refused": ["AUTH_SWITCH", "SQLITE_AUTH"],
  untrusted: ["CERT_", "ERR_TLS", "HANDSHAKE_", "DEPTH_ZERO", "SELF_SIGNED", "UNABLE_TO_"],
  "read-only": ["SQLITE_READONLY", "SQLITE_PERM"],
  "disk-full": ["ENOSPC", "EDQUOT", "SQLITE_FULL"],
  "out-of-memory": ["SQLITE_NOMEM"],
  "broken-files": ["EIO", "EACCES", "ENOENT", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_CANTOPEN", "SQLITE_NOTADB"],
} satisfies Partial<Record<BackendFault, readonly string[]>>;

/** Errors about a statement or its values: defects of this program, or refused by a trigger (45). */
const defectStates = /^(21|22|23|44|45)/;
const defectNumbers: ReadonlySet<unknown> = new Set([1054, 1055, 1064, 1065, 1111, 1149, 1153, 1210, 1235, 1364, 1366]);
const defectCodes = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|MISUSE)/;

const isMissingTable = ({ code, message }: Coded): boolean =>
  code === "SQLITE_ERROR" && /no such table/.test(String(message));

const isDefect = (error: Coded): boolean =>
  !isMissingTable(error) &&
  (defectStates.test(String(error.sqlState)) || defectNumbers.has(error.errno) || defectCodes.test(String(error.code)));

/** The operating system's error as text in a server's error: no space, or the quota is used up. */
const fullDisk = /No space left|\b(errcode|errno|error):? "?(28|122)\b/i;

const entriesOf = <Key extends number | string>(table: Readonly<Partial<Record<BackendFault, readonly Key[]>>>) =>
  Object.entries(table).flatMap(([fault, keys]) => keys.map((key) => [key, fault as BackendFault] as const));
const byNumber: ReadonlyMap<unknown, BackendFault> = new Map(entriesOf(serverFaults));
const byCode = entriesOf(codeFaults).toSorted(([a], [b]) => b.length - a.length);

/** Returns why the database could not do its work, or `undefined` for an error that is not about the database. */
const faultOf = (error: Coded): BackendFault | undefined => {
  if (isDefect(error)) return undefined;
  if (isMissingTable(error)) return "schema-missing";
  const { code, errno, message, name, sqlState, syscall, fatal } = error;
  // A query or a wait for a free connection of the pool that took too long.
  if (name === "KnexTimeoutError") return "slow";
  const isOfServer = sqlState !== undefined;
  if (isOfServer && fullDisk.test(String(message))) return "disk-full";
  const listed = isOfServer ? byNumber.get(errno) : byCode.find(([start]) => String(code).startsWith(start))?.[1];
  if (listed !== undefined) return listed;
  const isOfDatabase = isOfServer || syscall !== undefined || /^SQLITE_/.test(String(code));
  if (isOfDatabase) return "unknown";
  return fatal === true ? "unreachable" : undefined;
};

/** mysql2 adds the statement to its errors. It contains shoppers' data, so it is removed and never logged. */
const withoutStatement = (error: unknown): unknown => {
  delete (coded(error) as { sql?: unknown }).sql;
  return error;
};

const lockTimeoutNumber = 1205;

/** A statement on this table has waited too long for a lock. */
export class LockTimeout extends Error {
  readonly errno = lockTimeoutNumber;
  readonly table: string;

  constructor(table: string, cause: unknown) {
    super(`waited too long for a lock on ${table}`, { cause: withoutStatement(cause) });
    this.name = "LockTimeout";
    this.table = table;
  }
}

const duplicateCodes: ReadonlySet<unknown> = new Set([
  "ER_DUP_ENTRY",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  "SQLITE_CONSTRAINT_UNIQUE",
]);

/** Returns whether another connection has locked the SQLite file. */
export const isLockedFile = (error: unknown): boolean => {
  const { code } = coded(error);
  return typeof code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(code);
};

/** Returns whether another transaction was in the way, so that this one may run again from its start. */
export const isContention = (error: unknown): boolean => isLockTimeout(error) || faultOf(coded(error)) === "busy";

/** Returns whether a statement has waited too long for a row that another transaction has locked. */
export const isLockTimeout = (error: unknown): boolean => coded(error).errno === lockTimeoutNumber;

/** Returns whether the error shows that a connection leads to a server that was demoted or is stopping. */
export const isWrongServer = (error: unknown): boolean =>
  ["read-only", "stopping"].includes(faultOf(coded(error)) ?? "");

export const isLoginRefused = (error: unknown): boolean => faultOf(coded(error)) === "login-refused";

/** Returns whether a unique key rejected the row. */
export const isDuplicate = (error: unknown): boolean => duplicateCodes.has(coded(error).code);

/**
 * Returns `engine-unavailable` if the database could not do its work, `resource-busy` if a lock was not free in time, else
 * the same error. An error that is not listed here counts as unavailable if it comes from the database.
 */
export const databaseError = (error: unknown): unknown => {
  if (error instanceof DomainError) return error;
  if (error instanceof LockTimeout)
    return new DomainError({ code: "resource-busy", resource: error.table, key: null }, error);
  withoutStatement(error);
  const fault = faultOf(coded(error));
  return fault === undefined ? error : backendUnavailable("database", fault, error);
};
