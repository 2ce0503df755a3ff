import type { Logger } from "pino";
import { RecurringJob } from "../adapters/system/recurring-job.js";
import { isBackendUnavailable } from "../domain/problem.js";
import type { Step } from "./lifecycle.js";

/** Creates a job that runs `everyMs` after the end of its last run, and logs each run that fails. */
export const loggedJob = (log: Logger, job: string, run: () => Promise<unknown>, everyMs: number): RecurringJob =>
  new RecurringJob(run, everyMs, (error) =>
    log[isBackendUnavailable(error) ? "warn" : "error"]({ job, err: error }, "job failed"),
  );

/** The step that runs a job between start and stop. */
export const jobStep = (name: string, job: RecurringJob): Step => ({
  name,
  start: () => job.start(),
  stop: () => job.stop(),
});
