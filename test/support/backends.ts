import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { closeDatabase, type Database, type DatabaseTarget, openDatabase } from "../../src/adapters/sql/database.js";
import { migrateForTest } from "./migrated-database.js";

/** The addresses of the real backends. A backend without an address is not tested. */
export const backendUrls = {
  redis: process.env.TEST_REDIS_URL,
  /** `redis://host:port,host:port,host:port` */
  redisCluster: process.env.TEST_REDIS_CLUSTER_URL,
  /** `mysql://…` of a user who may create databases. */
  database: process.env.TEST_DATABASE_URL,
  /** `host:port,…` */
  kafka: process.env.TEST_KAFKA_BROKERS,
} as const;

const absent = Object.entries(backendUrls).flatMap(([name, address]) => (address ? [] : [name]));
if (process.env.REQUIRE_BACKENDS === "1" && absent.length > 0)
  throw new Error(`REQUIRE_BACKENDS=1, but there is no address of: ${absent.join(", ")}`);

/** A new migrated database, and a second pool on it, as on a second node. */
export type OpenedDatabase = {
  readonly db: Database;
  readonly target: DatabaseTarget;
  /** `undefined` if only one connection can open it. */
  readonly again: (() => Database) | undefined;
  readonly close: () => Promise<void>;
};

export type SqlBackend = {
  readonly name: "sqlite memory" | "sqlite file" | "mysql";
  readonly live: boolean;
  open(options?: { readonly empty?: boolean }): Promise<OpenedDatabase>;
};

const openAt = async (target: DatabaseTarget, empty: boolean, erase: () => Promise<unknown>) => {
  const pools: Database[] = [];
  const again = () => {
    const db = openDatabase(target);
    pools.push(db);
    return db;
  };
  const db = again();
  if (!empty) await migrateForTest(db);
  const close = async () => {
    for (const pool of pools) await closeDatabase(pool);
    await erase();
  };
  return { db, target, again: target.kind === "sqlite" && target.file === ":memory:" ? undefined : again, close };
};

const openFile = async (empty: boolean): Promise<OpenedDatabase> => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-sql-"));
  return openAt({ kind: "sqlite", file: join(folder, "rushboard.sqlite") }, empty, () =>
    rm(folder, { recursive: true }),
  );
};

/** Creates a database on the server at `url`. */
const openSchema = async (url: string, empty: boolean): Promise<OpenedDatabase> => {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  const ask = async (sql: string) => {
    const connection = await createConnection({ uri: url });
    await connection.query(sql);
    await connection.end();
  };
  await ask(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return openAt({ kind: "mysql", url: own.href }, empty, () => ask(`DROP DATABASE ${name}`));
};

/** Every database of the SQL adapter. Each call of `open` creates a new one. */
export const openSqlBackends = (): readonly SqlBackend[] => [
  {
    name: "sqlite memory",
    live: true,
    open: ({ empty = false } = {}) => openAt({ kind: "sqlite", file: ":memory:" }, empty, async () => {}),
  },
  { name: "sqlite file", live: true, open: ({ empty = false } = {}) => openFile(empty) },
  {
    name: "mysql",
    live: backendUrls.database !== undefined,
    open: ({ empty = false } = {}) => openSchema(backendUrls.database ?? "", empty),
  },
];
