import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import type { RunStatements } from "../../src/adapters/sql/transaction.js";
import { openApplication } from "../../src/bootstrap/open-application.js";
import { DomainError, isResourceBusy } from "../../src/domain/problem.js";
import { testPorts, testSettings } from "../support/application.js";
import { type OpenedDatabase, openSqlBackends } from "../support/backends.js";
import { manualClock } from "../support/coupon-data.js";
import { lockRowsOf } from "../support/locked-row.js";
import { later } from "../support/order-data.js";
import { type LockedRowCase, lockedRowCases, otherTables, type Shop } from "./locked-rows/cases.js";

const mysql = openSqlBackends().find(({ name }) => name === "mysql");

/** Waits for no lock, so that a test takes milliseconds. MariaDB cannot skip locked rows in such a session. */
const lockWait = ({ skips }: LockedRowCase) => ({ lockWaitSeconds: skips ? 1 : 0 });

/** Reports a locked row as if the whole database were unavailable, and skips no locked row. */
const withoutIsolation =
  (run: RunStatements): RunStatements =>
  async (work) => {
    const lock = () => " FOR UPDATE";
    try {
      return await run((trx) => work({ ...trx, dialect: { ...trx.dialect, lock } }));
    } catch (error) {
      throw isResourceBusy(error) ? new DomainError({ code: "engine-unavailable", engine: "database" }, error) : error;
    }
  };

describe.skipIf(!mysql?.live)("a row that another session has locked", () => {
  let shared: OpenedDatabase;
  beforeAll(async () => {
    shared = (await mysql?.open()) as OpenedDatabase;
  });
  afterAll(() => shared.close());

  const tablesOf = async ({ knex }: Database): Promise<readonly string[]> =>
    knex("information_schema.tables").whereRaw("table_schema = DATABASE()").pluck("table_name");

  const withShop = async (
    lockedRow: LockedRowCase,
    isolate: boolean,
    use: (shop: Shop) => Promise<void>,
  ): Promise<void> => {
    const pool = openDatabase(shared.target, lockWait(lockedRow));
    const { transaction, autocommit } = pool;
    const db = isolate
      ? pool
      : { ...pool, transaction: withoutIsolation(transaction), autocommit: withoutIsolation(autocommit) };
    const clock = manualClock(later(1000));
    try {
      await use({ db, clock, application: openApplication(testPorts(db, clock), testSettings) });
    } finally {
      await closeDatabase(pool);
      for (const table of await tablesOf(shared.db))
        if (!table.startsWith("schema_migrations")) await shared.db.knex(table).delete();
    }
  };

  /** Runs `use` while another session has the row locked. */
  const whileLocked = async ({ table, row }: LockedRowCase, use: () => Promise<void>): Promise<void> => {
    if (shared.target.kind !== "mysql") return;
    const release = await lockRowsOf(shared.target.url, `${table} WHERE ${row}`);
    await use().finally(release);
  };

  const ignoreBusy = (error: unknown) => {
    if (!isResourceBusy(error)) throw error;
  };

  describe.each(lockedRowCases)("of $table, while $work", (lockedRow) => {
    // Proves: A1
    it("delays only the work that needs it", () =>
      withShop(lockedRow, true, async (shop) => {
        await lockedRow.prepare(shop);
        await whileLocked(lockedRow, async () => {
          await lockedRow.run(shop).catch(ignoreBusy);
          expect([await lockedRow.isDone(shop, "a"), await lockedRow.isDone(shop, "b")]).toEqual([false, true]);
        });
        await expect
          .poll(async () => {
            shop.clock.at += 20_000;
            await lockedRow.run(shop).catch(ignoreBusy);
            return shop.db.lockedRows.counts().get(lockedRow.table) ?? 0;
          })
          .toBe(0);
        await lockedRow.run(shop);
        expect(await lockedRow.isDone(shop, "a")).toBe(lockedRow.isRepeated === undefined);
      }));

    // Negative control: A1
    it("delays all work without isolation", () =>
      withShop(lockedRow, false, async (shop) => {
        await lockedRow.prepare(shop);
        await whileLocked(lockedRow, async () => {
          await lockedRow.run(shop).catch(() => {});
          expect(await lockedRow.isDone(shop, "b")).toBe(false);
        });
      }));
  });

  it("is tested for every table, or the table is known to need no test", async () => {
    const known = [...lockedRowCases.map(({ table }) => table), ...Object.keys(otherTables)];
    expect([...(await tablesOf(shared.db))].sort()).toEqual([...new Set(known)].sort());
  });
});
