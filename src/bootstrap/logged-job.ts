import type { Logger } from "pino";
import { systemTimers } from "../adapters/system/system-timers.js";
import type { Timers } from "../application/ports/timers.js";
import { RetryLoop } from "../application/retry.js";
import { isTransient } from "../domain/problem.js";
import type { Step } from "./lifecycle.js";

/** A job that runs once an hour is repeated sooner if it fails. */
const longestPauseMs = 60_000;

/** Creates a job that runs `everyMs` after the end of its last run, or when woken, and logs each run that fails. */
export const loggedJob = (
  log: Logger,
  job: string,
  run: () => Promise<unknown>,
  everyMs: number,
  timers: Timers = systemTimers,
): RetryLoop =>
  new RetryLoop({
    timers,
    backoff: () => Math.min(everyMs, longestPauseMs),
    round: async () => {
      await run();
      return everyMs;
    },
    onFailure: (err) => log[isTransient(err) ? "warn" : "error"]({ job, err }, "job failed"),
  });

/** The step that runs a job between start and stop. */
export const jobStep = (name: string, job: RetryLoop): Step => ({
  name,
  start: () => job.start(),
  stop: () => job.stop(),
});
