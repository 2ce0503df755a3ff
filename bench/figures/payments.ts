import { atLeast, atMost, type Figure, speed } from "../figure.js";
import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import type { PaymentsJob } from "../programs/payments.js";
import { inTurns } from "../turns.js";

const count = 50;

/** A payment with the sell-out caught in it: beside its bare statements, and in a hall a thousand times as big. */
export const payments: Figure = async (engines) => {
  const { DATABASE_URL: url } = await engines.settings("payments");
  let runs = 0;
  const contender = (way: PaymentsJob["way"], seats: number, paid: number) => () => {
    runs += 1;
    return runJob<Speed>("payments", { way, url, run: `hall${runs}`, seats, count: paid } satisfies PaymentsJob);
  };
  const { service, bare, small, big } = await inTurns({
    service: contender("service", 1000, 1000),
    bare: contender("bare", 1000, 1000),
    small: contender("service", 50, count),
    big: contender("service", 50_000, count),
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
