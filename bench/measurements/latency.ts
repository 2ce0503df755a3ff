import { createCoupon, mostCoupons } from "../coupon.js";
import { load, rush } from "../load.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";

/** The time from the 202 to the result in its stream, over Kafka, at half the maximum rate of one process. */
export const latency: Measurement = async (backends) => {
  const settings = await backends.settings("latency");
  const service = await startService(settings);
  const { rate: most } = await rush(service, await createCoupon(service, "latency-most", mostCoupons), 202);
  await service.stop();

  // A new service with an empty database: claims that are still pending must not count.
  const fresh = await startService(await backends.settings("latency2"));
  const path = await createCoupon(fresh, "latency", mostCoupons);
  const job = { kind: "pace", url: fresh.url.href, path, connections: 128, followEvery: 20 } as const;
  await load<"pace">({ ...job, rate: most / 8, seconds: 3 });
  const second = await createCoupon(fresh, "latency-half", mostCoupons);
  const { count, elapsed, resultsMs } = await load<"pace">({ ...job, path: second, rate: most / 2, seconds: 10 });
  await fresh.stop();
  const sorted = [...resultsMs].sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
  return [
    {
      what: "latency: accepted during the measurement, all roles in one process",
      value: `${Math.round(count / elapsed)}/s of at most ${Math.round(most)}/s`,
      target: "",
    },
    atMost("latency: accept to result, p99", p99, 250, "ms"),
  ];
};
