import { closeDatabase, type Database } from "../adapters/sql/database.js";
import { isMigrated, migrate } from "../adapters/sql/migrate.js";
import { isBackendUnavailable } from "../domain/problem.js";
import type { Backends } from "./backends.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { LeaseHeld, ProcessLease } from "./process-lease.js";
import { reasonOf } from "./start-reason.js";

/** The service cannot run as it was set up; the message is one line for whoever starts it. */
export class StartRefused extends Error {}

const retryMs = 1000;

/** Runs `work` now; where the database is away, again and again in the background, so that the rest may start. */
const onceDatabaseAnswers = async (work: () => Promise<void>, refused: (error: unknown) => void): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!isBackendUnavailable(error)) throw refusalOf(error);
    setTimeout(() => onceDatabaseAnswers(work, refused).catch(refused), retryMs).unref();
  }
};

/** What the database said that is there and does not let us in, or does not do as we say. */
const refusalOf = (error: unknown): unknown =>
  error instanceof StartRefused || error instanceof LeaseHeld || isBackendUnavailable(error)
    ? error
    : new StartRefused(`could not start with the database: ${reasonOf(error)}`);

/** The database: migrated where it is embedded, refused where it is not; and without Redis, this process's alone. */
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
      start: () => onceDatabaseAnswers(prepare, refuse),
      stop: () => closeDatabase(database),
    },
  ];
  if (config.REDIS_URL === undefined) {
    const lease = new ProcessLease(ports.jobLease, () => fatal("another process has taken this database over"));
    steps.push({
      name: "process lease",
      start: () => onceDatabaseAnswers(() => lease.start(), refuse),
      stop: () => lease.stop(),
    });
  }
  return steps;
};

/** What `ROLES=migrate` does. */
export const migrateAndClose = async (database: Database): Promise<void> => {
  try {
    await migrate(database);
  } catch (error) {
    throw refusalOf(error);
  } finally {
    await closeDatabase(database);
  }
};
