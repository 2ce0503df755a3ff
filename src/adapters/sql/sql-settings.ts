import { type Database, read } from "./database.js";

type Variables = readonly { readonly Variable_name: string; readonly Value: string }[];

const readVariables = async (db: Database, scope: "GLOBAL" | "SESSION") => {
  const names = db.dialect.settings[scope];
  if (names.length === 0) return [];
  const marks = names.map(() => "?").join(", ");
  const query = db.knex.raw(`SHOW ${scope} VARIABLES WHERE Variable_name IN (${marks})`, [...names]);
  const [rows] = await read<[Variables]>(query);
  return rows.map(({ Variable_name, Value }) => [Variable_name, Value] as const);
};

/**
 * Returns the server's variables and those of a session of this service, by name, without the ones that it does not
 * have. The isolation level is always called `transaction_isolation`.
 * @throws DomainError `engine-unavailable` as `read`
 */
export const readSqlSettings = async (db: Database): Promise<Readonly<Record<string, string>>> => {
  const server = await readVariables(db, "GLOBAL");
  const session: Readonly<Record<string, string>> = Object.fromEntries(await readVariables(db, "SESSION"));
  const { tx_isolation, ...others } = session;
  return { ...Object.fromEntries(server), ...(tx_isolation && { transaction_isolation: tx_isolation }), ...others };
};
