import type { Logger } from "pino";
import { RecurringJob } from "../adapters/system/recurring-job.js";
import { choreograph } from "../application/choreography.js";
import { isEngineUnavailable } from "../domain/problem.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { type Token, Tokens } from "./tokens.js";

const relayMs = 500;
const rereadMs = 5000;

const expiryMs = 1000;
const settleMs = 3000;

/** What runs beside requests, and what it has seen. */
export type Background = {
  readonly steps: readonly Step[];
  /** Open coupons whose store the last sweep found cold or dropped. */
  readonly coldStores: () => number;
  /** Orders that stood still and were taken up, since the start. */
  readonly revivedOrders: () => number;
};

/** What a node does beside answering requests, by its roles. */
export const backgroundSteps = (config: Config, log: Logger, get: <T>(token: Token<T>) => T): Background => {
  const steps: Step[] = [];
  const failed = (job: string) => (error: unknown) =>
    log[isEngineUnavailable(error) ? "warn" : "error"]({ job, err: error }, "a job failed and will be tried again");
  const recurring = (name: string, run: () => Promise<unknown>, everyMs: number): RecurringJob => {
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

  let coldStores = 0;
  let revivedOrders = 0;
  if (config.ROLES.has("scheduler")) {
    const lease = get(Tokens.jobLease);
    // One node at a time is enough; several would do no harm, so nothing needs fencing.
    const leased = (name: string, run: () => Promise<unknown>, everyMs: number) => {
      const termMs = Math.max(10_000, 2 * everyMs);
      recurring(name, async () => ((await lease.acquire(name, termMs)) ? run() : undefined), everyMs);
      steps.push({ name: `${name} lease`, stop: () => lease.release(name) });
    };
    const sweep = get(Tokens.sweepClaims);
    const compare = get(Tokens.compareStores);
    const sweepClaims = async () => {
      coldStores = await compare.execute();
      await sweep.execute();
    };
    leased("sweep", sweepClaims, config.CLAIM_SWEEP_SECONDS * 1000);

    const expire = get(Tokens.expireOrders);
    const revive = get(Tokens.reviveOrders);
    const endOrders = async () => {
      await expire.execute();
      revivedOrders += await revive.execute();
    };
    leased("order expiry", endOrders, expiryMs);

    const settle = get(Tokens.settleOpenPayments);
    leased("open payments", () => settle.execute(), settleMs);
  }

  if (config.ROLES.has("api")) {
    const followTask = get(Tokens.followTask);
    recurring("task re-read", () => followTask.reread(), rereadMs);
    const followOrder = get(Tokens.followOrder);
    recurring("order re-read", () => followOrder.reread(), rereadMs);
  }
  return { steps, coldStores: () => coldStores, revivedOrders: () => revivedOrders };
};
