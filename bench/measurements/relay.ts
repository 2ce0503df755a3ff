import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, type Measurement, speed } from "../measurement.js";
import type { RelayJob } from "../programs/relay.js";
import { alternate } from "../rounds.js";

const count = 100_000;

/** Relaying a backlog of events to a bus that costs nothing, compared with a plain loop of claim, send and delete. */
export const relay: Measurement = async (backends) => {
  const { DATABASE_URL: url } = await backends.settings("relay");
  const contender = (way: RelayJob["way"]) => () =>
    runJob<Speed & { readonly lastBesideFirst: number }>("relay", { way, url, count } satisfies RelayJob);
  const { service, loop } = await alternate({ service: contender("service"), loop: contender("loop") });
  return [
    { what: "relay of 100,000: the service", value: speed(service), target: "" },
    { what: "relay of 100,000: a plain loop", value: speed(loop), target: "" },
    atLeast("relay: rate versus the loop", service.rate / loop.rate, 0.8),
    atLeast("relay: speed of the last 10,000 versus the first", service.lastBesideFirst, 0.9),
  ];
};
