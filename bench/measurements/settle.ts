import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, type Measurement, speed } from "../measurement.js";
import type { SettleJob } from "../programs/settle.js";
import { alternate } from "../rounds.js";

/** Settling claims that wait: beside a batch loop by hand, and beside a row at a time. */
export const settle: Measurement = async (engines) => {
  const { DATABASE_URL: url } = await engines.settings("drain");
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
    { what: "drain of 100,000: the service", measured: speed(service), target: "" },
    { what: "drain of 100,000: batches by hand", measured: speed(batches), target: "" },
    { what: "drain of 3,000: a row at a time", measured: speed(rows), target: "" },
    atLeast("drain: rate beside batches by hand", service.rate / batches.rate, 0.75),
    atLeast("drain: rate beside a row at a time", service.rate / rows.rate, 8),
  ];
};
