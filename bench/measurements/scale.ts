import { setTimeout as pause } from "node:timers/promises";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { backendCpu } from "../backend-cpu.js";
import type { Backends } from "../backends.js";
import { createCoupon, mostCoupons } from "../coupon.js";
import { rush } from "../load.js";
import type { Measurement, Row } from "../measurement.js";
import { type Program, startService } from "../program.js";
import { median } from "../rounds.js";

const sizes = [
  { apis: 1, workers: 1 },
  { apis: 2, workers: 1 },
  { apis: 3, workers: 1 },
  { apis: 1, workers: 2 },
  { apis: 2, workers: 2 },
  { apis: 3, workers: 2 },
] as const;
const parts = ["api", "worker", "redis", "mariadb", "kafka"] as const;

/** CPU per claim in microseconds, from click to settled and logged. */
type Costs = Readonly<Record<(typeof parts)[number], number>>;
type Measured = Costs & { readonly rate: number; readonly drainSeconds: number };

const measure = async (backends: Backends, { apis, workers }: (typeof sizes)[number]): Promise<Measured> => {
  const name = `scale${apis}${workers}`;
  const settings = await backends.settings(name);
  const pool = createPool({ uri: settings.DATABASE_URL, connectionLimit: 1 });
  const count = async (table: string) =>
    Number((await pool.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${table}`))[0][0]?.n);
  const start = (ROLES: string, many: number) =>
    Promise.all(Array.from({ length: many }, () => startService({ ...settings, ROLES })));
  const api = await start("api", apis);
  const worker = await start("worker,scheduler", workers);
  const path = await createCoupon(api[0] as Program, name, mostCoupons);
  const cpuOf = async (programs: readonly Program[]) =>
    (await Promise.all(programs.map((program) => program.cpu()))).reduce((sum, cpu) => sum + cpu, 0);
  const used = async () => ({ api: await cpuOf(api), worker: await cpuOf(worker), ...backendCpu() });
  const click = async (seconds: number) => {
    const rushes = await Promise.all(api.map((program) => rush(program, path, 202, { seconds })));
    const end = performance.now();
    while ((await count("ranking_logs")) < (await count("coupon_claims"))) await pause(50);
    return { rate: rushes.reduce((sum, { rate }) => sum + rate, 0), drainSeconds: (performance.now() - end) / 1000 };
  };

  await click(2);
  const [claimsBefore, before] = [await count("coupon_claims"), await used()];
  const { rate, drainSeconds } = await click(5);
  const [claims, after] = [(await count("coupon_claims")) - claimsBefore, await used()];
  await Promise.all([...api, ...worker].map((program) => program.stop()));
  await pool.end();
  const costs = Object.fromEntries(parts.map((part) => [part, (after[part] - before[part]) / claims])) as Costs;
  return { ...costs, rate, drainSeconds };
};

/**
 * The throughput of `cores` cores that serve everything, and of the part that can use one core only. A claim needs the
 * CPU of every part; API processes and workers can be added, MariaDB and Kafka use several cores, Redis uses one.
 */
const model = (costs: Costs) => {
  const total = parts.reduce((sum, part) => sum + costs[part], 0);
  return { claimsPerSecond: (cores: number) => (cores * 1e6) / total, redisLimit: 1e6 / costs.redis };
};

/** One to three API processes and one or two workers on this machine, and a model of larger ones. */
export const scale: Measurement = async (backends) => {
  const seen: Measured[] = [];
  const lines: Row[] = [];
  for (const size of sizes) {
    const measured = await measure(backends, size);
    seen.push(measured);
    const costs = parts.map((part) => `${part} ${measured[part].toFixed(0)}`).join(", ");
    const drain = `settled ${measured.drainSeconds.toFixed(1)} s after`;
    const what = `scale: ${size.apis} API, ${size.workers} worker`;
    lines.push({ what, value: `${Math.round(measured.rate)}/s, ${drain}; µs CPU: ${costs}`, target: "" });
  }
  const costs = Object.fromEntries(parts.map((part) => [part, median(seen.map((each) => each[part]))])) as Costs;
  const { claimsPerSecond, redisLimit } = model(costs);
  for (const cores of [4, 8, 16])
    lines.push({
      what: `scale: model of ${cores} cores`,
      value: `${Math.round(Math.min(claimsPerSecond(cores), redisLimit))} claims/s, click to logged`,
      target: "",
    });
  const limit = `Redis, at ${Math.round(redisLimit)} claims/s of one coupon`;
  return [...lines, { what: "scale: saturates first", value: limit, target: "" }];
};
