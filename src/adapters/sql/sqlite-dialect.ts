import knexFactory, { type Knex } from "knex";
import type { Dialect, Parameter, Value } from "./dialect.js";
import { execute, type LibsqlConnection, runStatement } from "./libsql-calls.js";
import { beginImmediate, LibsqlClient } from "./libsql-client.js";

/** Opens a pool of one connection, because SQLite has one writer. */
export const openSqlite = (file: string, options: Pick<Knex.Config, "log" | "acquireConnectionTimeout">): Knex =>
  knexFactory({
    ...options,
    client: LibsqlClient as unknown as typeof Knex.Client,
    compileSqlOnError: false,
    connection: { filename: file },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: LibsqlConnection, done: (error: unknown, connection: unknown) => void) => {
        connection.pragma("journal_mode = WAL");
        connection.pragma("synchronous = FULL");
        // The driver would wait on the event loop. A statement that finds the file locked is repeated by `retryContention`.
        connection.pragma("busy_timeout = 0");
        done(null, connection);
      },
    },
  });

/** `?, ?, …` by its length: all rows of an insert have the same. */
const lists = new Map<number, string>();
const listOf = (length: number): string => {
  const list = lists.get(length) ?? Array.from({ length }, () => "?").join(", ");
  lists.set(length, list);
  return list;
};

const placeholders = (parameter: Parameter | undefined): string =>
  Array.isArray(parameter) ? listOf(parameter.length) : "?";

/** The driver takes no lists, so each value of a list gets its own placeholder. */
const expandLists = (sql: string, parameters: readonly Parameter[]): readonly [string, readonly Value[]] => {
  if (!parameters.some(Array.isArray)) return [sql, parameters as readonly Value[]];
  let next = 0;
  return [sql.replaceAll("?", () => placeholders(parameters[next++])), parameters.flat() as Value[]];
};

export const sqliteDialect: Dialect = {
  name: "sqlite",
  // Its statements wait for no server and no lock.
  closeLate: () => {},
  begin: (connection) => beginImmediate(connection as LibsqlConnection),
  run: async (connection, sql, parameters) => {
    const [text, values] = expandLists(sql, parameters);
    const { rows, changes } = await runStatement(connection as LibsqlConnection, text, values);
    return { rows: rows ?? [], changes, lastInsertId: 0 };
  },
  commit: (connection) => execute(connection as LibsqlConnection, "COMMIT"),
  lock: () => "",
  // A transaction locks the whole file.
  findLocked: async () => [],
  beforeTableRow: "",
  onDuplicate: (table, { unique, overwrite = [], add = [] }) => {
    const set = [
      ...overwrite.map((column) => `${column} = excluded.${column}`),
      ...add.map((column) => `${column} = ${table}.${column} + excluded.${column}`),
    ];
    return ` ON CONFLICT (${unique}) DO ${set.length === 0 ? "NOTHING" : `UPDATE SET ${set.join(", ")}`}`;
  },
  unlessPresent: () => " ON CONFLICT DO NOTHING",
  hasInserted: ({ changes }) => changes === 1,
  setTableOptions: () => {},
  // The transaction that contains every migration is rolled back if the process is killed.
  changeSchema: async (_, change) => {
    await change;
  },
  // The transaction locks the file and contains every step.
  migrateAlone: (_, migration) => migration(),
  settings: { GLOBAL: [], SESSION: [] },
};
