import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { engines } from "../support/backends.js";
import { dataFolder, emptyDatabase, runToEnd, type Settings } from "../support/node.js";

/** Runs the command for a day that is over, and answers its exit code and what it said. */
const statistics = (settings: Settings) =>
  runToEnd(settings, ["dist/bootstrap/statistics.js", "--from", "2026-01-01", "--to", "2026-01-01"]);
const notMigrated = {
  code: 78,
  words: "statistics: the database is not migrated: run the service once, or with ROLES=migrate\n",
};

it("says in one line that there is no database, and makes none", async () => {
  const folder = await dataFolder();
  for (const DATA_DIR of [folder, join(folder, "mistyped")])
    expect(await statistics({ DATA_DIR })).toEqual({
      code: 78,
      words: `statistics: no database at ${join(DATA_DIR, "rushboard.sqlite")}: see DATA_DIR\n`,
    });
  expect(await readdir(folder)).toEqual([]);
});

it("says in one line that the database is not migrated", async () => {
  const DATA_DIR = await dataFolder();
  await writeFile(join(DATA_DIR, "rushboard.sqlite"), "");
  expect(await statistics({ DATA_DIR })).toEqual(notMigrated);
});

it.skipIf(!engines.database)("says the same of a database on a server", async () => {
  expect(await statistics({ DATABASE_URL: await emptyDatabase(engines.database ?? "") })).toEqual(notMigrated);
});

it("writes the days of a database that is there (control)", async () => {
  const DATA_DIR = await dataFolder();
  expect((await runToEnd({ DATA_DIR, ROLES: "migrate" })).code).toBe(0);
  expect(await statistics({ DATA_DIR })).toEqual({
    code: 0,
    words: "2026-01-01  1/1  0 products, 0 differed\n1 days, 0 rows, 0 differed\n",
  });
});
