import { createConnection, escape as literal } from "mysql2/promise";
import { openRedis } from "../../src/adapters/redis/redis-client.js";
import { RedisSalesBoard } from "../../src/adapters/redis/redis-sales-board.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { businessDayAt, type TimeZone } from "../../src/domain/business-day.js";
import type { ProductId } from "../../src/domain/ids.js";
import { boardBefore, boardOf, type WindowBoard } from "../../src/domain/sales-window.js";
import type { Backends } from "../backends.js";
import { rush } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import { startProgram, startService } from "../program.js";
import { alternate } from "../rounds.js";

const path = "/api/v1/rankings/products?window=3d&limit=5";
const misses = 400;
const today = businessDayAt(systemClock.now(), "Asia/Seoul" as TimeZone);
const board = boardOf("3d", today);
const boards = [board, boardBefore(board) as WindowBoard];

/** Products in the database and on both boards that a read of three days needs, ready. */
const fill = async (url: string, redisUrl: string, from: number, to: number): Promise<void> => {
  const connection = await createConnection({ uri: url });
  const client = openRedis(redisUrl);
  await client.start();
  const sales = new RedisSalesBoard(client);
  await sales.remove(boards);
  const tokens = await Promise.all(boards.map((each) => sales.beginFill(each)));
  const ids = Array.from({ length: to }, (_, n) => `product-${n}` as ProductId);
  for (let at = from; at < to; at += 5000) {
    const rows = ids.slice(at, at + 5000).map((id) => [id, "A product", 1000, 10, 10, "A product", 1000, 0]);
    const columns = "product_id, name, unit_price, initial_stock, on_hand, first_name, first_price, created_at";
    await connection.query(`INSERT INTO products (${columns}) VALUES ${literal(rows as never)}`);
  }
  for (const [n, each] of boards.entries()) {
    const totals = ids.map((productId, at) => ({ productId, quantity: 1 + ((at * 7919) % to) }));
    await sales.raise(each, totals);
    const token = tokens[n];
    if (token == null || !(await sales.finishFill(each, token))) throw new Error("a board was not filled");
  }
  await client.stop();
  await connection.end();
};

/** Reads that find nothing cached, one after the other: each waits until the last answer is too old. */
const missMs = async (url: URL): Promise<number> => {
  const took: number[] = [];
  for (let n = 0; n < misses; n += 1) {
    // Each limit is cached separately.
    const target = new URL(`/api/v1/rankings/products?window=3d&limit=${1 + (n % 100)}`, url);
    const from = performance.now();
    await (await fetch(target)).arrayBuffer();
    took.push(performance.now() - from);
    if (n % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 600));
  }
  return took.sort((a, b) => a - b)[Math.floor(misses / 2)] ?? Number.NaN;
};

/** Reading best sellers: cached, compared with a prepared text, and not cached, by number of products. */
export const boardReads: Measurement = async (backends: Backends) => {
  const settings = await backends.settings("boards");
  const most = Number(process.env.BENCH_PRODUCTS ?? 1_000_000);
  await fill(settings.DATABASE_URL, settings.REDIS_URL, 0, 1000);
  const service = await startService({ ...settings, ROLES: "api" });
  const bare = await startProgram("bare-board");
  const contenders = {
    service: () => rush(service, path, 200, { method: "GET", again: true, seconds: 3 }),
    bare: () => rush(bare, "/", 200, { method: "GET", again: true, seconds: 3 }),
  };
  await alternate(contenders, 1);
  const hit = await alternate(contenders);
  const few = await missMs(service.url);
  await fill(settings.DATABASE_URL, settings.REDIS_URL, 1000, most);
  const many = await missMs(service.url);
  await Promise.all([service, bare].map((program) => program.stop()));
  return [
    { what: "boards, cached: the service", value: speed(hit.service), target: "" },
    { what: "boards, cached: bare node:http", value: speed(hit.bare), target: "" },
    atLeast("boards, cached: rate versus bare", hit.service.rate / hit.bare.rate, 0.75),
    { what: "boards, not cached: of 1,000 products", value: `${few.toFixed(2)} ms`, target: "" },
    {
      what: `boards, not cached: of ${most.toLocaleString("en")} products`,
      value: `${many.toFixed(2)} ms`,
      target: "",
    },
    atMost("boards, not cached: many products versus few", many / few, 1.3),
  ];
};
