import { closeDatabase, type Database } from "../adapters/sql/database.js";
import { isMigrated, migrate } from "../adapters/sql/migrate.js";
import type { BackendFault } from "../domain/backend-fault.js";
import { isBackendUnavailable, unavailableBackend } from "../domain/problem.js";
import type { Backends } from "./backends.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { LeaseHeld, ProcessLease } from "./process-lease.js";
import { reasonOf } from "./start-reason.js";

/** The service cannot start with this configuration. The message is one line for the operator. */
export class StartRefused extends Error {}

const retryMs = 1000;

/** Faults that an operator must correct: a first start with one of them is refused. Others may pass. */
const refusedFaults: ReadonlySet<BackendFault> = new Set([
  "login-refused",
  "untrusted",
  "not-permitted",
  "schema-missing",
  "broken-files",
  "read-only",
]);

/**
 * Runs `work`. If the database is unavailable, repeats it in the background, so that the next steps can start. Only the
 * first attempt is refused: later, a fault may be part of a failover or of a change of the password.
 */
const whenDatabaseAnswers = async (work: () => Promise<void>, refused: (error: unknown) => void): Promise<void> => {
  const repeat = () => work().catch((error: unknown) => (isBackendUnavailable(error) ? again() : refused(error)));
  const again = () => void setTimeout(repeat, retryMs).unref();
  try {
    await work();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!isBackendUnavailable(refusal)) throw refusal;
    again();
  }
};

/** Converts an error of a database that must be corrected, such as a rejected login, to `StartRefused`. */
const refusalOf = (error: unknown): unknown => {
  if (error instanceof StartRefused || error instanceof LeaseHeld) return error;
  const fault = unavailableBackend(error)?.fault;
  if (fault !== undefined && !refusedFaults.has(fault)) return error;
  return new StartRefused(`cannot use the database: ${reasonOf(error)}`);
};

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
