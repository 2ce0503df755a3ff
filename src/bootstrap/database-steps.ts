import { closeDatabase, type Database } from "../adapters/sql/database.js";
import { isMigrated, migrate } from "../adapters/sql/migrate.js";
import { isBackendUnavailable } from "../domain/problem.js";
import type { Backends } from "./backends.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { LeaseHeld, ProcessLease } from "./process-lease.js";
import { reasonOf } from "./start-reason.js";

/** The service cannot start with this configuration. The message is one line for the operator. */
export class StartRefused extends Error {}

const retryMs = 1000;

/** Runs `work`. If the database is unavailable, repeats it in the background, so that the next steps can start. */
const whenDatabaseAnswers = async (work: () => Promise<void>, refused: (error: unknown) => void): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!isBackendUnavailable(error)) throw refusalOf(error);
    setTimeout(() => whenDatabaseAnswers(work, refused).catch(refused), retryMs).unref();
  }
};

/** Converts an error of a reachable database, such as a rejected login, to `StartRefused`. */
const refusalOf = (error: unknown): unknown =>
  error instanceof StartRefused || error instanceof LeaseHeld || isBackendUnavailable(error)
    ? error
    : new StartRefused(`cannot use the database: ${reasonOf(error)}`);

/**
 * The database steps: an embedded database is migrated, any other must be migrated already. Without Redis this process
 * takes the lease of the database.
 */
export const databaseSteps = (
  config: Config,
  { database, ports }: Backends,
  fatal: (reason: string) => void,
): readonly Step[] => {
  const prepare = async () => {
    if (config.DATABASE_URL === undefined) await migrate(database);
    else if (!(await isMigrated(database)))
      throw new StartRefused("the database is not migrated: run the service once with ROLES=migrate");
  };
  const refuse = (error: unknown) => fatal(reasonOf(error));
  const steps: Step[] = [
    {
      name: "database",
      start: () => whenDatabaseAnswers(prepare, refuse),
      stop: () => closeDatabase(database),
    },
  ];
  if (config.REDIS_URL === undefined) {
    const lease = new ProcessLease(ports.jobLease, () => fatal("lost the database lease to another process"));
    steps.push({
      name: "process lease",
      start: () => whenDatabaseAnswers(() => lease.start(), refuse),
      stop: () => lease.stop(),
    });
  }
  return steps;
};

/** Migrates the database, for `ROLES=migrate`. */
export const migrateAndClose = async (database: Database): Promise<void> => {
  try {
    await migrate(database);
  } catch (error) {
    throw refusalOf(error);
  } finally {
    await closeDatabase(database);
  }
};
