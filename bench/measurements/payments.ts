import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import type { PaymentsJob } from "../programs/payments.js";
import { alternate } from "../rounds.js";

/** Payments after which V8 has made up its mind. */
const warmup = 500;

/** A payment with the sell-out caught in it: beside its bare statements, and in a hall a thousand times as big. */
export const payments: Measurement = async (engines) => {
  const { DATABASE_URL: url } = await engines.settings("payments");
  let runs = 0;
  const contender =
    (way: PaymentsJob["way"], seats: number, count: number, first = 0) =>
    () => {
      runs += 1;
      const job: PaymentsJob = { way, url, run: `hall${runs}`, seats, warmup: first, count };
      return runJob<Speed>("payments", job);
    };
  const { service, bare, small, big } = await alternate({
    service: contender("service", 2000, 1500, warmup),
    bare: contender("bare", 2000, 1500, warmup),
    small: contender("service", 50, 50),
    big: contender("service", 50_000, 50),
  });
  const each = ({ rate }: Speed) => `${(1000 / rate).toFixed(2)} ms each`;
  return [
    { what: "payments, one after the other: the service", measured: speed(service), target: "" },
    { what: "payments: the bare statements", measured: speed(bare), target: "" },
    atLeast("payments: rate beside bare", service.rate / bare.rate, 0.75),
    { what: "payments in a hall of 50 seats", measured: each(small), target: "" },
    { what: "payments in a hall of 50,000 seats", measured: each(big), target: "" },
    atMost("payments: 50,000 seats beside 50", small.rate / big.rate, 1.2),
  ];
};
