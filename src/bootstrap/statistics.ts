import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { closeDatabase, type Database } from "../adapters/sql/database.js";
import { isMigrated } from "../adapters/sql/migrate.js";
import { type BusinessDay, businessDayAt, daysBetween, isBusinessDay } from "../domain/business-day.js";
import { ConfigError, readConfig } from "./config.js";
import { readEnvFile } from "./env-file.js";
import { composeNode } from "./node-steps.js";
import { reasonOf } from "./start-reason.js";

const usage = "npm run statistics -- --from 2026-11-01 --to 2026-11-20 (closed days, both included)";
/** `EX_USAGE`, `EX_UNAVAILABLE` and `EX_CONFIG` of sysexits. */
const exits = { usage: 64, unavailable: 69, config: 78 };

const refuse = (reason: string, code: number): never => {
  process.stderr.write(`statistics: ${reason}\n`);
  process.exit(code);
};

const readDays = (): readonly BusinessDay[] => {
  try {
    const { values } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" } } });
    const { from = "", to = "" } = values;
    if (isBusinessDay(from) && isBusinessDay(to) && from <= to) return daysBetween(from, to);
    return refuse(`--from and --to need two days, the earlier first: ${usage}`, exits.usage);
  } catch (error) {
    return refuse(`${(error as Error).message}; ${usage}`, exits.usage);
  }
};

/** Checks the file before the connection, because a connection creates a missing file. */
const checkDatabase = async (db: Database): Promise<void> => {
  if (db.file !== null && !existsSync(db.file)) refuse(`no database at ${db.file}: see DATA_DIR`, exits.config);
  if (!(await isMigrated(db)))
    refuse("the database is not migrated: run the service once, or with ROLES=migrate", exits.config);
};

/** Closes past days again, one after another, and prints what differed. Safe to repeat, and while the service runs. */
const run = async (): Promise<void> => {
  const days = readDays();
  readEnvFile();
  const config = readConfig(process.env);
  const { application, backends } = composeNode(config, pino({ level: "silent" }));
  const { database, redis } = backends;
  const { closeDay, clock, zone } = application;
  const today = businessDayAt(clock.now(), zone);
  if (days.some((day) => day >= today)) refuse(`only closed days: today is ${today}`, exits.usage);
  await checkDatabase(database);
  await redis?.start();
  let [rows, drifted] = [0, 0];
  for (const [n, day] of days.entries()) {
    const closed = await closeDay.execute(day, { userId: null, requestId: "npm-run-statistics" });
    rows += closed.rows;
    drifted += closed.drift.length;
    process.stdout.write(`${day}  ${n + 1}/${days.length}  ${closed.rows} products, ${closed.drift.length} differed\n`);
    for (const { productId, board, sales } of closed.drift.slice(0, 20))
      process.stdout.write(`  ${productId}: board ${board ?? "not kept"}, sales ${sales}\n`);
  }
  process.stdout.write(`${days.length} days, ${rows} rows, ${drifted} differed\n`);
  await redis?.stop();
  await closeDatabase(database);
};

run().catch((error: unknown) => {
  if (error instanceof ConfigError) refuse(`invalid settings\n  ${error.faults.join("\n  ")}`, exits.config);
  refuse(reasonOf(error), exits.unavailable);
});
