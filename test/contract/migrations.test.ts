import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import type { Dialect } from "../../src/adapters/sql/dialect.js";
import { isMigrated, migrate } from "../../src/adapters/sql/migrate.js";
import { SqlSandboxBook } from "../../src/adapters/sql/sql-sandbox-book.js";
import { sha256Digest } from "../../src/adapters/system/sha256-digest.js";
import { seatRefundOf } from "../../src/domain/ids.js";
import { type OpenedDatabase, openSqlBackends } from "../support/backends.js";
import { coupon, noon, openCoupons, rowsIn } from "../support/coupon-data.js";
import { money, paymentId } from "../support/order-data.js";
import { reservedWords } from "./migrations/reserved-words.js";

const tablesOf = async ({ knex, dialect: { name } }: Database): Promise<readonly string[]> => {
  const query =
    name === "sqlite"
      ? knex("sqlite_master").where("type", "table").whereNot("name", "like", "sqlite_%").pluck("name")
      : knex("information_schema.tables").whereRaw("table_schema = DATABASE()").pluck("table_name");
  const names: string[] = await query;
  return names.filter((name) => !name.startsWith("schema_migrations")).sort();
};

/** Every column and key of the schema. */
const schemaOf = async ({ knex, dialect: { name } }: Database): Promise<unknown> => {
  if (name === "sqlite") return knex("sqlite_master").select("type", "name", "sql").orderBy("name");
  const ofSchema = (view: string) => knex(`information_schema.${view}`).whereRaw("table_schema = DATABASE()");
  return {
    columns: await ofSchema("columns")
      .select("table_name", "column_name", "column_type", "is_nullable", "column_default", "collation_name", "extra")
      .orderBy(["table_name", "column_name"]),
    keys: await ofSchema("statistics")
      .select("table_name", "index_name", "seq_in_index", "column_name", "non_unique")
      .orderBy(["table_name", "index_name", "seq_in_index"]),
  };
};

type QueryEvent = { readonly sql: string; readonly bindings?: readonly unknown[] };

/** Migrates repeatedly. Each run dies before the first statement that no earlier run has reached. */
const migrateWithKills = async (db: Database): Promise<{ readonly kills: number; readonly last: unknown }> => {
  const message = "killed by the test";
  const reached = new Set<string>();
  const die = ({ sql, bindings = [] }: QueryEvent) => {
    const statement = [sql, ...bindings.filter((value) => typeof value === "string")].join(" ");
    // The database itself does what follows a lost connection, and a savepoint changes nothing.
    if (reached.has(statement) || /^(ROLLBACK|RELEASE|SAVEPOINT)|RELEASE_LOCK/.test(sql)) return;
    reached.add(statement);
    throw new Error(message);
  };
  db.knex.on("query", die);
  for (let kills = 0; ; kills += 1) {
    const last = await migrate(db).then(
      () => "migrated",
      (error: unknown) => error,
    );
    if (String(last).includes(message) && kills < 200) continue;
    db.knex.off("query", die);
    return { kills, last };
  }
};

const migrateElsewhere = async (target: unknown): Promise<string> => {
  const script = fileURLToPath(new URL("./migrations/migrate-once.ts", import.meta.url));
  const node = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(target)]);
  let errors = "";
  node.stderr.on("data", (text) => {
    errors += text;
  });
  const [code] = await once(node, "close");
  return code === 0 ? "migrated" : errors;
};

/** Undoes the migration of payments, and writes a paid and a refunded payment of 500 as the version before did. */
const returnToVersionWithMethods = async ({ knex }: Database): Promise<void> => {
  await knex.schema.dropTable("sandbox_refunds");
  await knex.schema.alterTable("payments", (table) => {
    table.dropIndex([], "payments_by_age");
    table.dropIndex([], "payments_by_order");
  });
  for (const column of ["provider", "refunded"]) await knex.raw(`ALTER TABLE payments DROP COLUMN ${column}`);
  await knex("schema_migrations").where("name", "010-payments").delete();
  for (const status of ["succeeded", "refunded"]) {
    const refunded = status === "refunded" ? 500 : null;
    const row = { payment_id: status, user_id: "kim", idempotency_key: status, amount: 500, method: "sandbox-ok" };
    await knex("payments").insert({ ...row, order_id: "o", status, opened_at: 1 });
    await knex("sandbox_book").insert({ payment_id: status, verdict: "captured", captured: 500, refunded });
  }
};

for (const { name, live, open } of openSqlBackends())
  describe.skipIf(!live)(`migrations on ${name}`, () => {
    let close = async () => {};
    afterEach(() => close());
    const empty = async () => {
      const under = await open({ empty: true });
      close = under.close;
      return under;
    };

    it("report whether they ran, and can run twice", async () => {
      const { db } = await empty();
      expect(await isMigrated(db)).toBe(false);
      await migrate(db);
      expect(await isMigrated(db)).toBe(true);
      await openCoupons(db, coupon("a"));
      await migrate(db);
      expect(await rowsIn(db, "coupons")).toBe(1);
    });

    it("use no reserved word of MySQL 8 as a name", async () => {
      const { db } = await empty();
      await migrate(db);
      const tables = await tablesOf(db);
      expect(tables).toEqual([
        ...[
          "admin_log",
          "closed_days",
          "concerts",
          "coupon_claims",
          "coupon_epochs",
          "coupons",
          "day_drifts",
          "dead_letters",
        ],
        ...["deliveries", "job_leases", "orders", "outbox", "payments", "product_sales_daily", "product_sales_total"],
        ...[
          "products",
          "ranking_logs",
          "reservations",
          "sales",
          "sandbox_book",
          "sandbox_refunds",
          "schedules",
          "secrets",
        ],
        ...["subscription_deliveries", "user_coupons", "webhook_deliveries", "webhooks"],
      ]);
      for (const table of tables) {
        const columns = Object.keys(await db.knex(table).columnInfo());
        expect(columns.length).toBeGreaterThan(1);
        expect([table, ...columns].filter((word) => reservedWords.has(word))).toEqual([]);
      }
    });

    it("store times in milliseconds and compare text by its bytes", async () => {
      const { db } = await empty();
      await migrate(db);
      await openCoupons(db, coupon("a", { closesAt: noon }), coupon("A"), coupon("B", { name: "쿠폰 🎟 ".repeat(20) }));
      expect(await db.knex("coupons").orderBy("coupon_id").pluck("coupon_id")).toEqual(["A", "B", "a"]);
      expect(await db.knex("coupons").where("coupon_id", "a").pluck("closes_at")).toEqual([noon]);
      expect(await db.knex("coupons").where("coupon_id", "B").pluck("name")).toEqual(["쿠폰 🎟 ".repeat(20)]);
    });

    it("replace the methods of existing payments by their digests, and keep their refunds", async () => {
      const { db } = await empty();
      await migrate(db);
      await returnToVersionWithMethods(db);
      await migrate(db);
      const digest = sha256Digest("sandbox-ok");
      const common = { method: digest, provider: "sandbox" };
      expect(await db.knex("payments").orderBy("payment_id").select("method", "provider", "refunded")).toEqual([
        { ...common, refunded: 500 },
        { ...common, refunded: 0 },
      ]);
      const book = new SqlSandboxBook(db);
      const refund = [paymentId("refunded"), seatRefundOf(paymentId("refunded"))] as const;
      // Sent again, the refund is the one that was made before.
      expect(await book.refund(...refund, money(500))).toBe(true);
      expect(await book.totals()).toEqual({ captured: 1000, refunded: 500 });
    });

    // Proves: A6
    it("finish after a kill before any of their statements", async () => {
      const { db } = await empty();
      const { kills, last } = await migrateWithKills(db);
      expect(last).toBe("migrated");
      expect(kills).toBeGreaterThan(60);
      expect(await isMigrated(db)).toBe(true);
      const unharmed = await open({ empty: true });
      await migrate(unharmed.db);
      expect(await schemaOf(db)).toEqual(await schemaOf(unharmed.db));
      await unharmed.close();
    });

    // Negative control: A6
    it.runIf(name === "mysql")("do not finish after a kill if a step expects an empty schema", async () => {
      const { db } = await empty();
      const changeSchema: Dialect["changeSchema"] = async (_, change) => {
        await change;
      };
      const { last } = await migrateWithKills({ ...db, dialect: { ...db.dialect, changeSchema } });
      expect(inspect(last)).toContain("already exists");
    });

    it.runIf(name === "mysql")("reject a table of another program", async () => {
      const { db } = await empty();
      await db.knex.schema.createTable("orders", (table) => void table.increments("id"));
      await expect(migrate(db)).rejects.toThrow("the table orders exists and has no column order_id");
    });

    it.runIf(name !== "sqlite memory")("run on one of several concurrent nodes", async () => {
      const { db, target } = await empty();
      const nodes = await Promise.all([migrateElsewhere(target), migrateElsewhere(target), migrateElsewhere(target)]);
      expect(nodes).toEqual(["migrated", "migrated", "migrated"]);
      expect(await isMigrated(db)).toBe(true);
    });

    it.runIf(name === "sqlite file")("create a private file that syncs every commit to disk", async () => {
      const { db, target } = await empty();
      await migrate(db);
      expect(statSync(target.kind === "sqlite" ? target.file : "").mode & 0o777).toBe(0o600);
      expect(await db.knex.raw("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
      expect(await db.knex.raw("PRAGMA synchronous")).toEqual([{ synchronous: 2 }]);
    });
  });

it("the databases of tests have the same tables as migrated databases", async () => {
  const [sqlite] = openSqlBackends();
  const [scripted, migrated] = [await sqlite?.open(), await sqlite?.open({ empty: true })];
  if (scripted === undefined || migrated === undefined) return expect.fail("no SQLite");
  await migrate(migrated.db);
  const schemaOf = ({ db }: OpenedDatabase) => db.knex("sqlite_master").select("type", "name", "sql").orderBy("name");
  expect(await schemaOf(scripted)).toEqual(await schemaOf(migrated));
  expect(await isMigrated(scripted.db)).toBe(true);
  for (const { close } of [scripted, migrated]) await close();
});
