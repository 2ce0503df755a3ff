import { setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import { expect, it } from "vitest";
import { loggedJob } from "../../../src/bootstrap/logged-job.js";
import { DomainError } from "../../../src/domain/problem.js";
import { ManualTimers } from "../../support/manual-timers.js";

const hourMs = 3_600_000;

/** A job whose runs have these outcomes: an error, or success. */
const jobOf = async (everyMs: number, ...outcomes: readonly (Error | undefined)[]) => {
  const timers = new ManualTimers();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let runs = 0;
  const run = async () => {
    const error = outcomes[runs++];
    if (error !== undefined) throw error;
  };
  const job = loggedJob(log, "statistics", run, everyMs, timers);
  const runsAfter = async (ms: number) => {
    timers.advance(ms);
    await turn();
    return runs;
  };
  job.start();
  await turn();
  return { job, lines, runsAfter };
};

it("runs at the start, at every interval and when it is woken", async () => {
  const { job, lines, runsAfter } = await jobOf(1000);
  expect(await runsAfter(999)).toBe(1);
  expect(await runsAfter(1)).toBe(2);
  job.wake();
  expect(await runsAfter(0)).toBe(3);
  await job.stop();
  expect(lines).toEqual([]);
});

it("logs a run that fails and repeats it after at most a minute", async () => {
  const { job, lines, runsAfter } = await jobOf(hourMs, new Error("broken"));
  expect(await runsAfter(59_999)).toBe(1);
  expect(await runsAfter(1)).toBe(2);
  expect(await runsAfter(hourMs)).toBe(3);
  await job.stop();
  expect(lines).toMatchObject([{ level: 50, msg: "job failed", job: "statistics" }]);
});

it("logs a warning instead of an error if a backend is unavailable", async () => {
  const { job, lines, runsAfter } = await jobOf(
    1000,
    new DomainError({ code: "engine-unavailable", engine: "database" }),
  );
  await runsAfter(0);
  await job.stop();
  expect(lines).toMatchObject([{ level: 40, msg: "job failed" }]);
});
