import { setTimeout as sleep } from "node:timers/promises";
import { openRedis } from "../../src/adapters/redis/redis-client.js";
import { RedisSalesBoard } from "../../src/adapters/redis/redis-sales-board.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { businessDayAt, type TimeZone } from "../../src/domain/business-day.js";
import { keptBoards } from "../../src/domain/sales-window.js";
import { after } from "../../src/domain/time.js";
import { runJob } from "../job.js";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";
import type { SalesJob } from "../programs/sales.js";
import { addSoldProducts } from "../sold-products.js";

const products = Number(process.env.BENCH_PRODUCTS ?? 1_000_000);
const zone = "Asia/Seoul" as TimeZone;
const limits = 100;
const hourMs = 3_600_000;

/** Reads boards without cache one after another while `goesOn` returns true. Returns the 99th percentile in ms. */
const readWhile = async (
  url: URL,
  goesOn: () => boolean,
): Promise<{ readonly p99: number; readonly count: number }> => {
  const took: number[] = [];
  for (let n = 0; goesOn(); n += 1) {
    const target = new URL(`/api/v1/rankings/products?window=7d&limit=${1 + (n % limits)}`, url);
    const from = performance.now();
    await (await fetch(target)).arrayBuffer();
    took.push(performance.now() - from);
    // Each limit is cached separately for half a second.
    await sleep(6);
  }
  return { p99: took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Number.NaN, count: took.length };
};

/** Fills the boards of a million products, reads them, and fills those of the day after midnight. */
export const midnight: Measurement = async (backends) => {
  const settings = await backends.settings("midnight");
  const today = businessDayAt(systemClock.now(), zone);
  await addSoldProducts(settings.DATABASE_URL, today, products);
  const client = openRedis(settings.REDIS_URL);
  await client.start();
  const board = new RedisSalesBoard(client);
  const kept = keptBoards(systemClock.now(), zone);
  await board.remove(kept);
  const memory = async () => Number(/used_memory:(\d+)/.exec(await backends.redis.info("memory"))?.[1]) / 2 ** 20;
  const before = await memory();
  const filled = async () => {
    while ((await board.cold(kept)).length > 0) await sleep(250);
  };
  const service = await startService({ ...settings, BUSINESS_TIME_ZONE: zone });
  const from = performance.now();
  await filled();
  const fillSeconds = (performance.now() - from) / 1000;
  const mebibytes = (await memory()) - before;

  await readWhile(service.url, () => performance.now() < from + (fillSeconds + 5) * 1000);
  const until = performance.now() + 15_000;
  const quiet = await readWhile(service.url, () => performance.now() < until);

  // Before midnight the job fills four boards of tomorrow. Here it fills four boards that the reads do not use.
  await backends.redis.config("SET", "slowlog-log-slower-than", "500");
  await backends.redis.config("SET", "slowlog-max-len", "100000");
  await backends.redis.slowlog("RESET");
  await board.remove(kept.filter(({ window }) => window === "1d" || window === "30d"));
  let done = false;
  const refilled = filled().finally(() => {
    done = true;
  });
  const duringFill = await readWhile(service.url, () => !done);
  await refilled;
  const slow = (await backends.redis.slowlog("GET", 100_000)) as readonly (readonly [
    number,
    number,
    number,
    string[],
  ])[];
  const ours = slow
    .filter(([, , , [command = ""]]) => ["evalsha", "zadd"].includes(command.toLowerCase()))
    .map(([, , micros]) => micros);
  const longest = Math.max(0, ...ours) / 1000;
  const tooLong = ours.filter((micros) => micros > 10_000).length;
  await service.stop();

  const { DATABASE_URL: url, REDIS_URL: redisUrl } = settings;
  const job: SalesJob = { way: "service", url, redisUrl, run: "many", products, count: 50_000, time: "noon" };
  const salesAt = (time: SalesJob["time"]) =>
    runJob<{ readonly redisMicroseconds: number }>("sales", { ...job, run: `many-${time}`, time });
  const atNoon = await salesAt("noon");
  const inLastHour = await salesAt("last hour");
  await board.remove(keptBoards(after(systemClock.now(), hourMs), zone));
  await client.stop();
  const many = products.toLocaleString("en");
  return [
    { what: `midnight: all boards of ${many} products filled`, value: `${fillSeconds.toFixed(0)} s`, target: "" },
    { what: "midnight: Redis memory of these boards", value: `${mebibytes.toFixed(0)} MiB`, target: "" },
    { what: "midnight: p99 of an uncached board, quiet", value: `${quiet.p99.toFixed(1)} ms`, target: "" },
    { what: "midnight: the same while boards are filled", value: `${duringFill.p99.toFixed(1)} ms`, target: "" },
    atMost("midnight: p99 while boards are filled versus quiet", duringFill.p99 / quiet.p99, 1.5),
    atMost("midnight: Redis' longest command", longest, 10, "ms"),
    {
      what: "midnight: commands over half a millisecond, over 10",
      value: `${ours.length}, ${tooLong}`,
      target: "",
    },
    atMost(`sales: Redis CPU per sale, ${many} products`, atNoon.redisMicroseconds, 45, "µs"),
    {
      what: "sales: the same in the last hour before midnight",
      value: `${inLastHour.redisMicroseconds.toFixed(1)} µs`,
      target: "",
    },
  ];
};
