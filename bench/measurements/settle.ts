import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, type Measurement, speed } from "../measurement.js";
import type { SettleJob } from "../programs/settle.js";
import { alternate } from "../rounds.js";

/** Settling pending claims, compared with plain batches and with one row at a time. */
export const settle: Measurement = async (backends) => {
  const { DATABASE_URL: url } = await backends.settings("drain");
  let runs = 0;
  const contender = (way: SettleJob["way"], count: number) => () => {
    runs += 1;
    return runJob<Speed>("settle", { way, url, couponId: `drain-${runs}`, count } satisfies SettleJob);
  };
  const { service, batches, rows } = await alternate({
    service: contender("service", 100_000),
    batches: contender("batches", 100_000),
    rows: contender("rows", 3000),
  });
  return [
    { what: "settle 100,000: the service", value: speed(service), target: "" },
    { what: "settle 100,000: plain batches", value: speed(batches), target: "" },
    { what: "settle 3,000: one row at a time", value: speed(rows), target: "" },
    atLeast("settle: rate versus plain batches", service.rate / batches.rate, 0.75),
    atLeast("settle: rate versus one row at a time", service.rate / rows.rate, 8),
  ];
};
