import type { Logger } from "pino";
import { RecurringJob } from "../adapters/system/recurring-job.js";
import { choreograph } from "../application/choreography.js";
import { isBackendUnavailable } from "../domain/problem.js";
import type { Backends } from "./backends.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import type { Application } from "./open-application.js";
import { type JobMetrics, scheduledJobs } from "./scheduled-jobs.js";

const relayMs = 500;
const rereadMs = 5000;
const watchMs = 1000;
const webhookMs = 1000;

/** Creates a job that runs `everyMs` after the end of its last run, and logs a run that fails. */
export const loggedJob = (log: Logger, job: string, run: () => Promise<unknown>, everyMs: number): RecurringJob =>
  new RecurringJob(run, everyMs, (error) =>
    log[isBackendUnavailable(error) ? "warn" : "error"]({ job, err: error }, "job failed"),
  );

/** The job that sends committed events to the bus; a commit wakes it. */
export const relayJob = (log: Logger, relay: () => Promise<void>): RecurringJob =>
  loggedJob(log, "outbox relay", relay, relayMs);

/** Adds a job to the steps of this node. */
export type AddJob = (name: string, run: () => Promise<unknown>, everyMs: number) => RecurringJob;

/** What a node runs besides its HTTP server. */
export type Background = { readonly steps: readonly Step[]; readonly metrics: JobMetrics };

export type BackgroundNeeds = {
  readonly config: Config;
  readonly log: Logger;
  readonly ports: Backends["ports"];
  readonly application: Application;
  readonly relay: RecurringJob;
};

/** The jobs and consumers of a node's roles. */
export const backgroundOf = ({ config, log, ports, application, relay }: BackgroundNeeds): Background => {
  const steps: Step[] = [];
  const addStep = (name: string, job: RecurringJob) =>
    steps.push({ name, start: () => job.start(), stop: () => job.stop() });
  const addJob: AddJob = (name, run, everyMs) => {
    const job = loggedJob(log, name, run, everyMs);
    addStep(name, job);
    return job;
  };

  if (config.ROLES.has("worker")) {
    const { bus } = ports;
    addStep("outbox relay", relay);
    steps.push({
      name: "consumers",
      start: () => bus.consume(choreograph(application)),
      stop: () => bus.stopConsuming(),
    });
    if (ports.webhookTarget !== null)
      addJob(
        "webhooks",
        async () => {
          for (const failed of await application.deliverWebhooks.execute()) log.warn(failed, "webhook not delivered");
        },
        webhookMs,
      );
  }

  const metrics: JobMetrics = {
    coldStores: 0,
    recoveredOrders: 0,
    soldOutDrift: 0,
    coldProductBoards: 0,
    productBoardDrift: 0,
    statisticsDrift: 0,
    purgedRows: new Map(),
  };
  if (config.ROLES.has("scheduler")) steps.push(...scheduledJobs(config, application, addJob, metrics));

  if (config.ROLES.has("api")) {
    const { followTask, followOrder, watchBoards } = application;
    addJob("task re-read", () => followTask.reread(), rereadMs);
    addJob("order re-read", () => followOrder.reread(), rereadMs);
    steps.push({ name: "watched boards", start: () => watchBoards.start(), stop: () => watchBoards.stop() });
    addJob("board watch", () => watchBoards.tick(), watchMs);
  }
  return { steps, metrics };
};
