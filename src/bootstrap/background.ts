import type { Logger } from "pino";
import { RecurringJob } from "../adapters/system/recurring-job.js";
import { choreograph } from "../application/choreography.js";
import { isEngineUnavailable } from "../domain/problem.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { type Token, Tokens } from "./tokens.js";

const relayMs = 500;
const rereadMs = 5000;

/** What a node does beside answering requests, by its roles. */
export const backgroundSteps = (
  config: Config,
  log: Logger,
  get: <T>(token: Token<T>) => T,
): { readonly steps: readonly Step[]; readonly coldStores: () => number } => {
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
  if (config.ROLES.has("scheduler")) {
    const everyMs = config.CLAIM_SWEEP_SECONDS * 1000;
    const lease = get(Tokens.jobLease);
    const sweep = get(Tokens.sweepClaims);
    const compare = get(Tokens.compareStores);
    recurring(
      "sweep",
      async () => {
        // One sweeper is enough; several would do no harm, so nothing needs fencing.
        if (!(await lease.acquire("sweep", Math.max(10_000, 2 * everyMs)))) return;
        coldStores = await compare.execute();
        await sweep.execute();
      },
      everyMs,
    );
    steps.push({ name: "sweep lease", stop: () => lease.release("sweep") });
  }

  if (config.ROLES.has("api")) {
    const follow = get(Tokens.followTask);
    recurring("task re-read", () => follow.reread(), rereadMs);
  }
  return { steps, coldStores: () => coldStores };
};
