import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { closeDatabase, openDatabase } from "../../src/adapters/sql/database.js";
import { isMigrated } from "../../src/adapters/sql/migrate.js";
import { backendUrls } from "../support/backends.js";
import { emptyDatabase, runToExit } from "../support/node.js";

const migrator = (settings: Readonly<Record<string, string>>) =>
  spawn(process.execPath, ["dist/bootstrap/main.js"], { env: { ...process.env, ...settings }, stdio: "ignore" });

describe.skipIf(!backendUrls.database)("ROLES=migrate on an empty database", () => {
  it("finishes after kills in the middle, with two migrators at the same time", async () => {
    const url = await emptyDatabase(backendUrls.database ?? "");
    const settings = { DATABASE_URL: url, ROLES: "migrate", LOG_LEVEL: "info" };
    const db = openDatabase({ kind: "mysql", url });
    onTestFinished(() => closeDatabase(db));
    for (const table of ["coupon_claims", "schedules"]) {
      const child = migrator(settings);
      const ended = once(child, "exit");
      await expect.poll(() => db.knex.schema.hasTable(table), { interval: 1 }).toBe(true);
      child.kill("SIGKILL");
      await ended;
    }
    const both = await Promise.all([runToExit(settings), runToExit(settings)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await isMigrated(db)).toBe(true);
  });
});
