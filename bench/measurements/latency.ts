import { createCoupon, mostCoupons } from "../coupon.js";
import { load, rush } from "../load.js";
import { atMost, type Measurement, type Row } from "../measurement.js";
import { type Settings, startService } from "../program.js";

/** @param settingsOf returns settings with an empty database */
const measure = async (bus: string, targetMs: number, settingsOf: (name: string) => Promise<Settings>) => {
  const service = await startService(await settingsOf("latency"));
  const { rate: most } = await rush(service, await createCoupon(service, "latency-most", mostCoupons), 202);
  await service.stop();

  // A new service with an empty database: claims that are still pending must not count.
  const fresh = await startService(await settingsOf("latency2"));
  const path = await createCoupon(fresh, "latency", mostCoupons);
  const job = { kind: "pace", url: fresh.url.href, path, connections: 128, followEvery: 20 } as const;
  await load<"pace">({ ...job, rate: most / 8, seconds: 3 });
  const second = await createCoupon(fresh, "latency-half", mostCoupons);
  const { count, elapsed, resultsMs } = await load<"pace">({ ...job, path: second, rate: most / 2, seconds: 10 });
  await fresh.stop();
  const sorted = [...resultsMs].sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
  const rows: readonly Row[] = [
    {
      what: `latency, ${bus}: accepted during the measurement, all roles in one process`,
      value: `${Math.round(count / elapsed)}/s of at most ${Math.round(most)}/s`,
      target: "",
    },
    atMost(`latency, ${bus}: accept to result, p99`, p99, targetMs, "ms"),
  ];
  return rows;
};

/** The time from the 202 to the result in its stream, at half the maximum rate of one process: Kafka, and the journal. */
export const latency: Measurement = async (backends) => [
  ...(await measure("Kafka", 250, backends.settings)),
  ...(await measure("journal", 100, async (name) => {
    const { KAFKA_BROKERS: _, TOPIC_PREFIX: __, ...settings } = await backends.settings(`${name}-journal`);
    return settings;
  })),
];
