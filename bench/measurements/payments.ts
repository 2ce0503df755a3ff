import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import type { PaymentsJob } from "../programs/payments.js";
import { alternate } from "../rounds.js";

/** Payments after which V8 has made up its mind. */
const warmup = 500;

/** A payment including the detection of a sell-out, compared with its bare statements and on a large schedule. */
export const payments: Measurement = async (backends) => {
  const { DATABASE_URL: url } = await backends.settings("payments");
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
    { what: "payments, one after the other: the service", value: speed(service), target: "" },
    { what: "payments: the bare statements", value: speed(bare), target: "" },
    atLeast("payments: rate versus bare", service.rate / bare.rate, 0.85),
    { what: "payments, schedule of 50 seats", value: each(small), target: "" },
    { what: "payments, schedule of 50,000 seats", value: each(big), target: "" },
    atMost("payments: 50,000 seats versus 50", small.rate / big.rate, 1.2),
  ];
};
