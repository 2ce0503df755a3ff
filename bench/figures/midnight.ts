import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, escape as literal } from "mysql2/promise";
import { openRedis } from "../../src/adapters/redis/redis-client.js";
import { RedisSalesBoard } from "../../src/adapters/redis/redis-sales-board.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { businessDayAt, plusDays, type TimeZone } from "../../src/domain/business-day.js";
import { keptBoards } from "../../src/domain/sales-window.js";
import { atMost, type Figure } from "../figure.js";
import { runJob } from "../job.js";
import { startService } from "../program.js";
import type { SalesJob } from "../programs/sales.js";

const products = Number(process.env.BENCH_PRODUCTS ?? 1_000_000);
const zone = "Asia/Seoul" as TimeZone;
const limits = 100;

/** Products that were all sold today. */
const addSales = async (url: string, day: string): Promise<void> => {
  const connection = await createConnection({ uri: url });
  for (let at = 0; at < products; at += 5000) {
    const ids = Array.from({ length: Math.min(5000, products - at) }, (_, n) => at + n);
    const units = (n: number) => 1 + ((n * 7919) % products);
    const daily = ids.map((n) => [`product-${n}`, day, units(n), 1000 * units(n)]);
    await connection.query(
      `INSERT INTO product_sales_daily (product_id, business_day, quantity, revenue) VALUES ${literal(daily as never)}`,
    );
    const ever = ids.map((n) => [`product-${n}`, units(n)]);
    await connection.query(`INSERT INTO product_sales_total (product_id, quantity) VALUES ${literal(ever as never)}`);
  }
  await connection.end();
};

/** Reads one after the other, each made anew, until it is told to stop; answers the 99th percentile, ms. */
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
    // Every limit is an answer of its own, kept for half a second.
    await sleep(6);
  }
  return { p99: took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Number.NaN, count: took.length };
};

/** Boards of a million products: filled, read, filled anew for the day that follows midnight, and what Redis does. */
export const midnight: Figure = async (engines) => {
  const settings = await engines.settings("midnight");
  const today = businessDayAt(systemClock.now(), zone);
  await addSales(settings.DATABASE_URL, today);
  const client = openRedis(settings.REDIS_URL);
  await client.start();
  const board = new RedisSalesBoard(client);
  await board.remove(keptBoards(today));
  const memory = async () => Number(/used_memory:(\d+)/.exec(await engines.redis.info("memory"))?.[1]) / 2 ** 20;
  const before = await memory();
  const filled = async () => {
    while ((await board.cold(keptBoards(today))).length > 0) await sleep(250);
  };
  const service = await startService({ ...settings, BUSINESS_TIME_ZONE: zone });
  const from = performance.now();
  await filled();
  const fillSeconds = (performance.now() - from) / 1000;
  const mebibytes = (await memory()) - before;

  await readWhile(service.url, () => performance.now() < from + (fillSeconds + 5) * 1000);
  const until = performance.now() + 15_000;
  const quiet = await readWhile(service.url, () => performance.now() < until);

  // After midnight it is tomorrow's boards that are missing: the next run of the job finds them so.
  await engines.redis.config("SET", "slowlog-log-slower-than", "500");
  await engines.redis.config("SET", "slowlog-max-len", "100000");
  await engines.redis.slowlog("RESET");
  await board.remove(keptBoards(today).filter(({ lastDay }) => lastDay === plusDays(today, 1)));
  let done = false;
  const refilled = filled().finally(() => {
    done = true;
  });
  const meanwhile = await readWhile(service.url, () => !done);
  await refilled;
  const slow = (await engines.redis.slowlog("GET", 100_000)) as readonly (readonly [
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
  const job: SalesJob = { way: "service", url, redisUrl, run: "many", products, count: 50_000 };
  const { redisMicroseconds } = await runJob<{ readonly redisMicroseconds: number }>("sales", job);
  await board.remove(keptBoards(today));
  await client.stop();
  const many = products.toLocaleString("en");
  return [
    { what: `midnight: all boards of ${many} products filled`, measured: `${fillSeconds.toFixed(0)} s`, target: "" },
    { what: "midnight: Redis memory of these boards", measured: `${mebibytes.toFixed(0)} MiB`, target: "" },
    { what: "midnight: p99 of a board made, quiet", measured: `${quiet.p99.toFixed(1)} ms`, target: "" },
    { what: "midnight: the same while boards are filled", measured: `${meanwhile.p99.toFixed(1)} ms`, target: "" },
    atMost("midnight: p99 meanwhile beside quiet", meanwhile.p99 / quiet.p99, 1.5),
    atMost("midnight: Redis' longest command", longest, 10, "ms"),
    {
      what: "midnight: commands over half a millisecond, over 10",
      measured: `${ours.length}, ${tooLong}`,
      target: "",
    },
    atMost(`sales: Redis, each sale, ${many} products`, redisMicroseconds, 45, "µs"),
  ];
};
