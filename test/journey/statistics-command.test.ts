import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closeDatabase, openDatabase } from "../../src/adapters/sql/database.js";
import { backendUrls } from "../support/backends.js";
import { migrateForTest } from "../support/migrated-database.js";
import { dataFolder, emptyDatabase, runToExit, type Settings } from "../support/node.js";

/** Runs the command for one past day. */
const runStatistics = (settings: Settings) =>
  runToExit(settings, ["dist/bootstrap/statistics.js", "--from", "2026-01-01", "--to", "2026-01-01"]);
const notMigrated = {
  code: 78,
  output: "statistics: the database is not migrated: run the service once, or with ROLES=migrate\n",
};

describe("the statistics command", () => {
  it("reports a missing database in one line and does not create it", async () => {
    const folder = await dataFolder();
    const DATA_DIR = join(folder, "mistyped");
    expect(await runStatistics({ DATA_DIR })).toEqual({
      code: 78,
      output: `statistics: no database at ${join(DATA_DIR, "rushboard.sqlite")}: see DATA_DIR\n`,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("reports in one line that the database is not migrated", async () => {
    const DATA_DIR = await dataFolder();
    await writeFile(join(DATA_DIR, "rushboard.sqlite"), "");
    expect(await runStatistics({ DATA_DIR })).toEqual(notMigrated);
  });

  it.skipIf(!backendUrls.database)("reports the same for a database server", async () => {
    expect(await runStatistics({ DATABASE_URL: await emptyDatabase(backendUrls.database ?? "") })).toEqual(notMigrated);
  });

  it("closes the days of an existing database (negative control)", async () => {
    const DATA_DIR = await dataFolder();
    const db = openDatabase({ kind: "sqlite", file: join(DATA_DIR, "rushboard.sqlite") });
    await migrateForTest(db);
    await closeDatabase(db);
    expect(await runStatistics({ DATA_DIR })).toEqual({
      code: 0,
      output: "2026-01-01  1/1  0 products, 0 differed\n1 days, 0 rows, 0 differed\n",
    });
  });
});
