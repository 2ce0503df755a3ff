import { systemClock } from "../../src/adapters/system/system-clock.js";
import { businessDayAt, type TimeZone } from "../../src/domain/business-day.js";
import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import type { SalesJob } from "../programs/sales.js";
import { alternate } from "../rounds.js";
import { addSoldProducts } from "../sold-products.js";

const count = 50_000;
const products = 100_000;
const zone = "Asia/Seoul" as TimeZone;

/** Booking sales in batches of 500 and raising the boards, compared with plain statements and commands. */
export const sales: Measurement = async (backends) => {
  const { DATABASE_URL: url, REDIS_URL: redisUrl } = await backends.settings("sales");
  await addSoldProducts(url, businessDayAt(systemClock.now(), zone), products);
  let runs = 0;
  const contender = (way: SalesJob["way"]) => () => {
    runs += 1;
    const job: SalesJob = { way, url, redisUrl, run: `run${runs}`, products, count, time: "noon" };
    return runJob<Speed & { readonly redisMicroseconds: number }>("sales", job);
  };
  const contenders = { service: contender("service"), bare: contender("bare") };
  await alternate(contenders, 1);
  const { service, bare } = await alternate(contenders);
  return [
    { what: `sales over ${products} products: the service`, value: speed(service), target: "" },
    { what: "sales: plain statements and ZADD GT", value: speed(bare), target: "" },
    atLeast("sales: rate versus plain statements", service.rate / bare.rate, 0.75),
    atMost("sales: Redis CPU per sale", service.redisMicroseconds, 30, "µs"),
  ];
};
