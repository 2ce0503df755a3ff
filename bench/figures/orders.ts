import { atLeast, type Figure, speed } from "../figure.js";
import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import type { OrdersJob } from "../programs/orders.js";
import { inTurns } from "../turns.js";

const count = 20_000;

/** The saga's hops to where an order waits for its payment or is cancelled, beside three batch hops by hand. */
export const orders: Figure = async (engines) => {
  const { DATABASE_URL: url } = await engines.settings("orders");
  let runs = 0;
  const contender = (way: OrdersJob["way"]) => () => {
    runs += 1;
    return runJob<Speed>("orders", { way, url, run: `run${runs}`, count } satisfies OrdersJob);
  };
  const contenders = { service: contender("service"), batches: contender("batches") };
  await inTurns(contenders, 1);
  const { service, batches } = await inTurns(contenders);
  return [
    { what: `orders, ${count}, 5 % failing: the service`, measured: speed(service), target: "" },
    { what: "orders: three batch hops by hand", measured: speed(batches), target: "" },
    atLeast("orders: rate beside batch hops", service.rate / batches.rate, 0.65),
  ];
};
