import { mostCoupons, openCoupon } from "../coupon.js";
import { load, rush } from "../load.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";

/** From the 202 to the result over its stream, by Kafka, at half the rate at which one process accepts. */
export const latency: Measurement = async (engines) => {
  const settings = await engines.settings("latency");
  const service = await startService(settings);
  const { rate: most } = await rush(service, await openCoupon(service, "latency-most", mostCoupons), 202);
  await service.stop();

  // A fresh start with a database of its own: what the rush left to be settled must not count.
  const fresh = await startService(await engines.settings("latency2"));
  const path = await openCoupon(fresh, "latency", mostCoupons);
  const job = { kind: "pace", url: fresh.url.href, path, connections: 128, followEvery: 20 } as const;
  await load<"pace">({ ...job, rate: most / 8, seconds: 3 });
  const second = await openCoupon(fresh, "latency-half", mostCoupons);
  const { count, elapsed, resultsMs } = await load<"pace">({ ...job, path: second, rate: most / 2, seconds: 10 });
  await fresh.stop();
  const sorted = [...resultsMs].sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
  return [
    {
      what: "latency: accepted meanwhile, all roles in one process",
      measured: `${Math.round(count / elapsed)}/s of at most ${Math.round(most)}/s`,
      target: "",
    },
    atMost("latency: accept to result, p99", p99, 250, "ms"),
  ];
};
