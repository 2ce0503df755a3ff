import { type Logger, pino } from "pino";
import { ConfigError, readConfig } from "./config.js";
import { migrateAndClose, StartRefused } from "./database-steps.js";
import { readEnvFile } from "./env-file.js";
import { Lifecycle } from "./lifecycle.js";
import { misspelledSettings } from "./misspelled-settings.js";
import { composeNode, nodeSteps } from "./node-steps.js";
import { LeaseHeld } from "./process-lease.js";
import { reasonOf } from "./start-reason.js";
import { type NodeStart, reportStart } from "./start-report.js";

/** `EX_CONFIG` of sysexits: the settings are invalid, so a restart does not help. */
const exitConfig = 78;

const refuse = (reason: string, code: number): never => {
  process.stderr.write(`rushboard: ${reason}\n`);
  process.exit(code);
};

const run = async (): Promise<void> => {
  readEnvFile();
  const config = readConfig(process.env);
  const log: Logger = pino({
    level: config.LOG_LEVEL,
    redact: ["req.headers.authorization", "*.password", "*.secret", "authorization", "ticket"],
  });
  for (const misspelled of misspelledSettings(process.env))
    log.warn(misspelled, "unknown variable resembles a setting");
  if (config.ROLES.has("migrate")) {
    await migrateAndClose(composeNode(config, log).backends.database);
    log.info("database migrated");
    return;
  }

  const lifecycle = new Lifecycle((step, err) => log.warn({ step, err }, "step did not stop cleanly"));
  const end = async (code: number) => {
    await lifecycle.stop();
    process.exit(code);
  };
  const fatal = (reason: string) => {
    log.fatal(reason);
    void end(1);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      log.info({ signal }, "stopping");
      void end(0);
    });
  const started = (start: NodeStart) => reportStart(start, config.LOG_LEVEL, log, process.stdout);
  await lifecycle.start(nodeSteps(config, log, { started, fatal }));
};

run().catch((error: unknown) => {
  if (error instanceof ConfigError) refuse(`invalid settings\n  ${error.faults.join("\n  ")}`, exitConfig);
  if (error instanceof StartRefused || error instanceof LeaseHeld) refuse(error.message, 1);
  const inUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  refuse(`${inUse ? "the address is in use" : "cannot start"}: ${reasonOf(error)}`, 1);
});
