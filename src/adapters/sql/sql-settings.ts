import { type Database, read } from "./database.js";

const ofServer = ["innodb_flush_log_at_trx_commit", "log_bin", "sync_binlog", "binlog_format"];
/** MySQL and newer MariaDB call the isolation by its long name, older MariaDB by the short one. */
const isolation = ["transaction_isolation", "tx_isolation"] as const;
const ofSession = ["time_zone", "sql_mode", ...isolation];

type Variables = readonly { readonly Variable_name: string; readonly Value: string }[];

const variables = async (db: Database, scope: "GLOBAL" | "SESSION", names: readonly string[]) => {
  const marks = names.map(() => "?").join(", ");
  const query = db.knex.raw(`SHOW ${scope} VARIABLES WHERE Variable_name IN (${marks})`, [...names]);
  const [rows] = await read<[Variables]>(query);
  return rows.map(({ Variable_name, Value }) => [Variable_name, Value] as const);
};

/**
 * What the server says of itself, and of the sessions that this service prepares: by the names of the variables, those
 * that it does not know left out. Nothing for SQLite, whose settings are all our own.
 * @throws DomainError `engine-unavailable` as `read`
 */
export const readSqlSettings = async (db: Database): Promise<Readonly<Record<string, string>>> => {
  if (db.dialect === "sqlite") return {};
  const server = await variables(db, "GLOBAL", ofServer);
  const session: Readonly<Record<string, string>> = Object.fromEntries(await variables(db, "SESSION", ofSession));
  const { tx_isolation: older, ...others } = session;
  return { ...Object.fromEntries(server), ...(older !== undefined && { transaction_isolation: older }), ...others };
};
