import type { Socket } from "node:net";
import knexFactory, { type Knex } from "knex";
import type { Dialect, Parameter, Value } from "./dialect.js";
import { readMysqlAddress } from "./mysql-address.js";
import { changeMysqlSchema } from "./mysql-schema.js";
import { type CheckedConnection, closeIfWrongServer, MysqlServerCheck } from "./mysql-server-check.js";
import type { ServerClock } from "./server-clock.js";

/** A connection that owes a response and is silent for longer is closed. A wait for a lock ends after 1 s. */
export const silenceMs = 5000;

/** The part of mysql2's connection that is used here. */
type MysqlConnection = CheckedConnection & {
  readonly stream: Socket;
  listenerCount(event: "error"): number;
  query(sql: string, parameters: readonly Parameter[] | null, done: (error: unknown, answer: unknown) => void): void;
};
/** The pool of knex. */
type Pool = { on(event: "createFail", listener: (eventId: number, error: unknown) => void): void };
type Done = (error: unknown, connection: unknown) => void;

// READ COMMITTED: every decision is a guarded update, a unique key or a locked row, so a snapshot adds nothing and gap
// locks would only let inserts of neighboring rows deadlock.
// `wait_timeout`: the server ends a transaction whose client was stopped or lost its host, so its locks end within 10 s.
const sessionSettings = (lockWaitSeconds: number): readonly string[] => [
  `SET time_zone = '+00:00', innodb_lock_wait_timeout = ${lockWaitSeconds}, wait_timeout = 10`,
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** Closes a connection and rejects its statement, which the driver's own `destroy` would leave pending. */
const closeLate = (connection: MysqlConnection, cause: Error): void => {
  // The pool removes its listener when it drops a connection. An error without a listener would end the process.
  connection.stream.destroy(connection.listenerCount("error") > 0 ? cause : undefined);
};

/** Closes a connection to a frozen or unreachable server, which otherwise blocks its user forever. */
const closeWhenSilent = (connection: MysqlConnection): void => {
  const lost = Object.assign(new Error(`silent for ${silenceMs} ms`), { code: "ETIMEDOUT" });
  connection.stream.setTimeout(silenceMs, () => closeLate(connection, lost));
};

const prepareSession = (connection: MysqlConnection, done: Done, [setting, ...others]: readonly string[]): void => {
  if (setting === undefined) done(null, connection);
  else
    connection.query(setting, (error) => (error ? done(error, connection) : prepareSession(connection, done, others)));
};

/** Measures the server's clock. */
const measureClock = (connection: MysqlConnection, clock: ServerClock, done: Done): void => {
  const sentAt = performance.now();
  const sql = "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS now";
  connection.query(sql, null, (error, rows) => {
    if (!error) clock.measure((rows as readonly [{ readonly now: number }])[0].now, sentAt, performance.now());
    done(error, connection);
  });
};

type MysqlOptions = Pick<Knex.Config, "log" | "acquireConnectionTimeout"> & {
  readonly poolSize: number;
  readonly lockWaitSeconds: number;
  readonly clock: ServerClock;
};

export const openMysql = (url: string, { poolSize, lockWaitSeconds, clock, ...options }: MysqlOptions): Knex => {
  const check = new MysqlServerCheck();
  const knex = knexFactory({
    ...options,
    client: "mysql2",
    compileSqlOnError: false,
    connection: {
      ...readMysqlAddress(url),
      charset: "utf8mb4",
      timezone: "Z",
      supportBigNumbers: true,
      dateStrings: ["DATE"],
      connectTimeout: options.acquireConnectionTimeout,
    } as unknown as Knex.MySql2ConnectionConfig,
    pool: {
      min: 0,
      max: poolSize,
      // Idle connections are closed before they count as silent.
      idleTimeoutMillis: silenceMs / 2,
      reapIntervalMillis: 500,
      afterCreate: (connection: MysqlConnection, done: Done) => {
        closeWhenSilent(connection);
        check.opened(connection);
        const measure: Done = (error) => (error ? done(error, connection) : measureClock(connection, clock, done));
        prepareSession(connection, measure, sessionSettings(lockWaitSeconds));
      },
      validate: (connection: MysqlConnection) => check.mayBeUsed(connection),
    } as Knex.PoolConfig,
  });
  const { pool }: { readonly pool: Pool } = knex.client;
  knex.on("query-error", (error) => check.failed(error));
  pool.on("createFail", (_, error) => check.notOpened(error));
  return knex;
};

/** Changes of the schema may take longer than any other statement. */
const withoutDeadline = async (trx: Knex.Transaction, work: () => Promise<void>): Promise<void> => {
  const { stream }: MysqlConnection = await trx.client.acquireConnection();
  stream.setTimeout(0);
  try {
    await work();
  } finally {
    stream.setTimeout(silenceMs);
  }
};

/** The syntax that MySQL 8.4 and MariaDB 10.11 have in common. */
export const mysqlDialect: Dialect = {
  name: "mysql",
  // Such a connection has been closed.
  closeLate: (connection, cause) => closeLate(connection as MysqlConnection, cause),
  begin: async (connection) => {
    await mysqlDialect.run(connection, "BEGIN", []);
  },
  commit: async (connection) => {
    await mysqlDialect.run(connection, "COMMIT", []);
  },
  run: (connection, sql, parameters) =>
    new Promise((resolve, reject) => {
      // Without parameters `null`: for an empty list the driver would search the text for placeholders.
      const given = parameters.length === 0 ? null : parameters;
      (connection as MysqlConnection).query(sql, given, (error, answer) => {
        if (error) {
          closeIfWrongServer(connection as MysqlConnection, error);
          return reject(error);
        }
        if (Array.isArray(answer)) return resolve({ rows: answer, changes: 0, lastInsertId: 0 });
        const { affectedRows, insertId } = answer as { readonly affectedRows: number; readonly insertId: number };
        resolve({ rows: [], changes: affectedRows, lastInsertId: insertId });
      });
    }),
  // MariaDB does not support `FOR SHARE`.
  lock: (lock) => (lock === "SHARE" ? " LOCK IN SHARE MODE" : ` FOR ${lock}`),
  findLocked: async (connection, { table, columns, keys }, where) => {
    const [names, values] = columns.length === 1 ? [`${columns}`, keys.flat()] : [`(${columns})`, keys];
    const sql = `SELECT ${columns} FROM ${table} WHERE ${names} IN (?)`;
    const read = async (text: string) => {
      const { rows } = await mysqlDialect.run(connection, text, [values as readonly Value[]]);
      return rows.map((row) => columns.map((column) => (row as Readonly<Record<string, Value>>)[column] ?? null));
    };
    const free = new Set((await read(`${sql} FOR UPDATE SKIP LOCKED`)).map(String));
    // Also a row that another session has inserted and not committed makes an INSERT wait.
    if (where === undefined) await mysqlDialect.run(connection, "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", []);
    return (await read(sql)).filter((key) => !free.has(String(key)));
  },
  // MySQL 8.0.19 and later need `ROW`. MariaDB skips comments with the version of a MySQL.
  beforeTableRow: "/*!80019 ROW*/",
  onDuplicate: (table, { unique, overwrite = [], add = [] }) => {
    const [first] = unique.split(",");
    const set = [
      ...overwrite.map((column) => `${column} = VALUES(${column})`),
      ...add.map((column) => `${column} = ${table}.${column} + VALUES(${column})`),
    ];
    return ` ON DUPLICATE KEY UPDATE ${set.join(", ") || `${first} = ${first}`}`;
  },
  // The driver counts matched rows, so the affected count is 1 in both cases. `LAST_INSERT_ID(1)` is evaluated for an
  // existing row only, and the server returns it as the statement's insert id. It must not be used on AUTO_INCREMENT.
  unlessPresent: (column) => ` ON DUPLICATE KEY UPDATE ${column} = IF(LAST_INSERT_ID(1) = 1, ${column}, ${column})`,
  hasInserted: ({ lastInsertId }) => lastInsertId === 0,
  setTableOptions: (table) => {
    table.engine("InnoDB");
    table.charset("utf8mb4");
    table.collate("utf8mb4_bin");
  },
  changeSchema: changeMysqlSchema,
  // `CREATE TABLE` commits, so a transaction does not exclude other nodes. The lock is one per database.
  migrateAlone: (trx, migration) =>
    withoutDeadline(trx, async () => {
      const lock = "LEFT(CONCAT('rushboard-migrate:', DATABASE()), 64)";
      const [[{ taken }]] = await trx.raw(`SELECT GET_LOCK(${lock}, 60) AS taken`);
      if (taken !== 1) throw new Error("another node has been migrating this database for 60 s");
      try {
        await migration();
      } finally {
        await trx.raw(`SELECT RELEASE_LOCK(${lock})`);
      }
    }),
  settings: {
    GLOBAL: ["innodb_flush_log_at_trx_commit", "log_bin", "sync_binlog", "binlog_format"],
    // MariaDB before 11.1 calls the isolation level `tx_isolation`.
    SESSION: ["time_zone", "sql_mode", "transaction_isolation", "tx_isolation"],
  },
};
