import type { Knex } from "knex";
import { type Database, read, transactWithKnex, unhurried } from "./database.js";
import { up as coupons } from "./migrations/001-coupons.js";
import { up as events } from "./migrations/002-events.js";
import { up as orders } from "./migrations/003-orders.js";
import { up as sandbox } from "./migrations/004-sandbox.js";
import { up as concerts } from "./migrations/005-concerts.js";
import { up as webhooks } from "./migrations/006-webhooks.js";
import { up as sales } from "./migrations/007-sales.js";

/** In order; a name has no file extension, so that sources and build know the same migrations. */
const steps: ReadonlyMap<string, Knex.Migration> = new Map(
  Object.entries({
    "001-coupons": coupons,
    "002-events": events,
    "003-orders": orders,
    "004-sandbox": sandbox,
    "005-concerts": concerts,
    "006-webhooks": webhooks,
    "007-sales": sales,
  }).map(([name, up]) => [name, { up, down: async () => {} }]),
);

const source: Knex.MigrationSource<string> = {
  getMigrations: async () => [...steps.keys()],
  getMigrationName: (name) => name,
  getMigration: async (name) => steps.get(name) as Knex.Migration,
};
const config: Knex.MigratorConfig = {
  migrationSource: source,
  tableName: "schema_migrations",
  disableTransactions: true,
};

/**
 * Nodes that migrate at once take turns. On SQLite the one write transaction sees to it, and holds every step; MySQL
 * commits at each `CREATE TABLE`, so there it is a lock of the server, one a database.
 */
const takingTurns = (db: Database, work: (knex: Knex) => Promise<void>): Promise<void> =>
  transactWithKnex(db, async (trx) => {
    if (db.dialect === "sqlite") return work(trx);
    await unhurried(trx, async () => {
      const lock = "LEFT(CONCAT('rushboard-migrate:', DATABASE()), 64)";
      const [[{ taken }]] = await trx.raw(`SELECT GET_LOCK(${lock}, 60) AS taken`);
      if (taken !== 1) throw new Error("another node has been migrating this database for a minute");
      try {
        await work(trx);
      } finally {
        await trx.raw(`SELECT RELEASE_LOCK(${lock})`);
      }
    });
  });

/** Brings the schema up to date; doing so twice, or on two nodes at once, is safe. */
export const migrate = (db: Database): Promise<void> =>
  takingTurns(db, async (knex) => {
    // knex's own mark outlives a process that was killed while it migrated; turns are taken already.
    if (await knex.schema.hasTable("schema_migrations_lock")) await knex.migrate.forceFreeMigrationsLock(config);
    await knex.migrate.latest(config);
  });

/** @throws DomainError `engine-unavailable` */
export const isMigrated = async (db: Database): Promise<boolean> => {
  try {
    const rows = await read<{ name: string }[]>(db.knex("schema_migrations").select("name"));
    const done = new Set(rows.map(({ name }) => name));
    return [...steps.keys()].every((name) => done.has(name));
  } catch (error) {
    // The database answers, and has no such table.
    if (/schema_migrations/.test(String(error)) && !/engine-unavailable/.test(String(error))) return false;
    throw error;
  }
};
