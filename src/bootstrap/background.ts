import type { Logger } from "pino";
import { choreograph } from "../application/choreography.js";
import type { RetryLoop } from "../application/retry.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { jobStep, loggedJob } from "./logged-job.js";
import type { Application } from "./open-application.js";
import { type JobMetrics, scheduledJobs } from "./scheduled-jobs.js";

const relayMs = 500;
const rereadMs = 5000;
const watchMs = 1000;
const webhookMs = 1000;

/** The job that sends committed events to the bus; a commit wakes it. */
export const relayJob = (log: Logger, relay: () => Promise<void>): RetryLoop =>
  loggedJob(log, "outbox relay", relay, relayMs);

/** What a node runs besides its HTTP server. */
export type Background = { readonly steps: readonly Step[]; readonly metrics: JobMetrics };

export type BackgroundNeeds = {
  readonly config: Config;
  readonly log: Logger;
  readonly application: Application;
  readonly relay: RetryLoop;
};

/** The jobs and consumers of a node's roles. */
export const backgroundOf = ({ config, log, application, relay }: BackgroundNeeds): Background => {
  const steps: Step[] = [];
  const addJob = (name: string, run: () => Promise<unknown>, everyMs: number) =>
    steps.push(jobStep(name, loggedJob(log, name, run, everyMs)));

  if (config.ROLES.has("worker")) {
    const { bus, deliverWebhooks } = application;
    steps.push(jobStep("outbox relay", relay));
    steps.push({
      name: "consumers",
      start: () => bus.consume(choreograph(application)),
      stop: () => bus.stopConsuming(),
    });
    const webhooks = loggedJob(log, "webhooks", () => deliverWebhooks.execute(), webhookMs);
    const stop = async () => {
      await webhooks.stop();
      await deliverWebhooks.stop();
    };
    // A send in progress takes at most 5 s, and then its outcome is recorded.
    steps.push({ name: "webhooks", start: () => webhooks.start(), stop, deadlineMs: 7000 });
  }

  const metrics: JobMetrics = {
    coldStores: 0,
    recoveredOrders: 0,
    soldOutDrift: 0,
    addedLogEntries: 0,
    coldProductBoards: 0,
    productBoardDrift: 0,
    closingDrift: 0,
    purgedRows: new Map(),
  };
  if (config.ROLES.has("scheduler")) steps.push(...scheduledJobs({ config, log, application }, metrics));

  if (config.ROLES.has("api")) {
    const { followTask, followOrder, watchBoards } = application;
    addJob("task re-read", () => followTask.reread(), rereadMs);
    addJob("order re-read", () => followOrder.reread(), rereadMs);
    steps.push({ name: "watched boards", start: () => watchBoards.start(), stop: () => watchBoards.stop() });
    addJob("board watch", () => watchBoards.tick(), watchMs);
  }
  return { steps, metrics };
};
