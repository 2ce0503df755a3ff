import type { Knex } from "knex";
import { unavailableBackend } from "../../domain/problem.js";
import { type Database, read, transactWithKnex } from "./database.js";
import type { Dialect } from "./dialect.js";
import { up as coupons } from "./migrations/001-coupons.js";
import { up as events } from "./migrations/002-events.js";
import { up as orders } from "./migrations/003-orders.js";
import { up as sandbox } from "./migrations/004-sandbox.js";
import { up as concerts } from "./migrations/005-concerts.js";
import { up as webhooks } from "./migrations/006-webhooks.js";
import { up as sales } from "./migrations/007-sales.js";
import { up as webhookSubscriptions } from "./migrations/008-webhook-subscriptions.js";
import { up as adminLog } from "./migrations/009-admin-log.js";
import { up as payments } from "./migrations/010-payments.js";
import { type Schema, schemaOn } from "./migrations/schema.js";

type Step = (schema: Schema) => Promise<void>;

/** In order. The names are stored in databases, so they never change; without an extension they fit sources and build. */
const steps: ReadonlyMap<string, Step> = new Map(
  Object.entries({
    "001-coupons": coupons,
    "002-events": events,
    "003-orders": orders,
    "004-sandbox": sandbox,
    "005-concerts": concerts,
    "006-webhooks": webhooks,
    "007-sales": sales,
    "008-webhook-subscriptions": webhookSubscriptions,
    "009-admin-log": adminLog,
    "010-payments": payments,
  }),
);

const configFor = (dialect: Dialect): Knex.MigratorConfig => {
  const migrations = [...steps].map(([name, step]) => ({
    name,
    up: (knex: Knex) => step(schemaOn(knex, dialect)),
    down: async () => {},
  }));
  type Migration = (typeof migrations)[number];
  const migrationSource: Knex.MigrationSource<Migration> = {
    getMigrations: async () => migrations,
    getMigrationName: ({ name }) => name,
    getMigration: async (migration) => migration,
  };
  return { migrationSource, tableName: "schema_migrations", disableTransactions: true };
};

/** Updates the schema. It may run twice, on two nodes at the same time, and again after it was killed. */
export const migrate = (db: Database): Promise<void> =>
  transactWithKnex(db, (trx) =>
    db.dialect.migrateAlone(trx, async () => {
      const config = configFor(db.dialect);
      // knex's own lock survives a process that was killed during a migration; the dialect's does not.
      if (await trx.schema.hasTable("schema_migrations_lock")) await trx.migrate.forceFreeMigrationsLock(config);
      await trx.migrate.latest(config);
    }),
  );

/** Returns whether every migration has run. @throws DomainError `engine-unavailable` */
export const isMigrated = async (db: Database): Promise<boolean> => {
  try {
    const rows = await read<{ name: string }[]>(db.knex("schema_migrations").select("name"));
    const done = new Set(rows.map(({ name }) => name));
    return [...steps.keys()].every((name) => done.has(name));
  } catch (error) {
    if (
      unavailableBackend(error)?.fault === "schema-missing" &&
      /schema_migrations/.test(String((error as Error).cause))
    )
      return false;
    throw error;
  }
};
