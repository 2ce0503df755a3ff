import type { Logger } from "pino";
import { RecurringJob } from "../adapters/system/recurring-job.js";
import { choreograph } from "../application/choreography.js";
import { isBackendUnavailable } from "../domain/problem.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { type JobFigures, scheduledJobs } from "./scheduled-jobs.js";
import type { Token } from "./token.js";
import { Tokens } from "./tokens.js";

const relayMs = 500;
const rereadMs = 5000;
const watchMs = 1000;
const webhookMs = 1000;

/** Adds a job that runs now, and again `everyMs` after the end of each run. */
export type Recurring = (name: string, run: () => Promise<unknown>, everyMs: number) => RecurringJob;

/** What runs beside requests, and what its jobs have seen. */
export type Background = { readonly steps: readonly Step[]; readonly figures: JobFigures };

/**
 * What a node does beside answering requests, by its roles.
 * @param countPayment hears how each payment ended whose end no answer to a request has told
 */
export const backgroundSteps = (
  config: Config,
  log: Logger,
  get: <T>(token: Token<T>) => T,
  countPayment: (outcome: string) => void,
): Background => {
  const steps: Step[] = [];
  // The counter exists after the use cases do.
  get(Tokens.paymentsClosedLate).count = countPayment;
  const failed = (job: string) => (error: unknown) =>
    log[isBackendUnavailable(error) ? "warn" : "error"]({ job, err: error }, "a job failed and will be tried again");
  const recurring: Recurring = (name, run, everyMs) => {
    const job = new RecurringJob(run, everyMs, failed(name));
    steps.push({ name, start: () => job.start(), stop: () => job.stop() });
    return job;
  };

  if (config.ROLES.has("worker")) {
    const relay = get(Tokens.relayOutbox);
    const job = recurring("outbox relay", () => relay.execute(), relayMs);
    // The relay's poke exists before the relay does: it sends what the unit of work commits.
    get(Tokens.pokeRelay).poke = job.poke;
    const bus = get(Tokens.bus);
    steps.push({
      name: "consumers",
      start: () => bus.consume(choreograph(get(Tokens.reactions))),
      stop: () => bus.stopConsuming(),
    });
  }

  const webhooks = get(Tokens.deliverWebhooks);
  if (config.ROLES.has("worker") && webhooks !== null)
    recurring(
      "webhooks",
      async () => {
        for (const send of await webhooks.execute()) log.warn(send, "a webhook was not delivered");
      },
      webhookMs,
    );

  const figures: JobFigures = {
    coldStores: 0,
    revivedOrders: 0,
    soldOutDrift: 0,
    coldProductBoards: 0,
    productBoardDrift: 0,
    statisticsDrift: 0,
    purgedRows: new Map(),
  };
  if (config.ROLES.has("scheduler")) steps.push(...scheduledJobs(config, get, recurring, figures));

  if (config.ROLES.has("api")) {
    const followTask = get(Tokens.followTask);
    recurring("task re-read", () => followTask.reread(), rereadMs);
    const followOrder = get(Tokens.followOrder);
    recurring("order re-read", () => followOrder.reread(), rereadMs);
    const watch = get(Tokens.watchBoards);
    steps.push({ name: "watched boards", start: () => watch.start(), stop: () => watch.stop() });
    recurring("board watch", () => watch.tick(), watchMs);
  }
  return { steps, figures };
};
