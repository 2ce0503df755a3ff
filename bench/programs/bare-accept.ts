import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Redis } from "ioredis";
import { createPool, escape as literal } from "mysql2/promise";
import { couponKeys } from "../../src/adapters/redis/redis-keys.js";
import type { CouponId } from "../../src/domain/ids.js";
import { serve } from "./serve.js";

/** The least that accepting claims one by one takes: bare Node, one script per claim, and one insert per 2 ms. */
const script = `
local epoch, quantity, position, members = unpack(redis.call("HMGET", KEYS[1], "epoch", "quantity", "next", "members"))
if not epoch or tonumber(epoch) < tonumber(ARGV[3]) then return false end
members = tonumber(members)
if redis.call("ZCARD", KEYS[2]) ~= members or redis.call("HLEN", KEYS[3]) ~= members then return false end
local task = redis.call("HGET", KEYS[3], ARGV[1])
if task then return {epoch, task, redis.call("ZSCORE", KEYS[2], ARGV[1])} end
if members >= tonumber(quantity) then return 0 end
redis.call("ZADD", KEYS[2], position, ARGV[1])
redis.call("HSET", KEYS[3], ARGV[1], ARGV[2])
redis.call("HSET", KEYS[1], "next", position + 1, "members", members + 1)
return {epoch, ARGV[2], position}`;
const couponId = "bare" as CouponId;
const { stock, queue, tasks } = couponKeys(couponId);
const redis = new Redis(process.env.REDIS_URL ?? "");
redis.defineCommand("join", { numberOfKeys: 3, lua: script });
const join = (redis as unknown as Record<"join", (...all: string[]) => Promise<[string, string, string]>>).join;
await redis.hset(stock, { epoch: 1, quantity: 10_000_000, next: 1, members: 0 });
const pool = createPool({ uri: process.env.DATABASE_URL ?? "", connectionLimit: 2 });

type Row = { readonly values: readonly (string | number)[]; readonly done: () => void; readonly fail: () => void };
const rows: Row[] = [];
let writing = 0;
let timer: NodeJS.Timeout | undefined;

const flush = () => {
  clearTimeout(timer);
  timer = undefined;
  while (rows.length > 0 && writing < 2) {
    const batch = rows.splice(0, 500);
    writing += 1;
    const columns = "task_id, coupon_id, user_id, position, status, live, created_at";
    pool
      .query(`INSERT INTO coupon_claims (${columns}) VALUES ${literal(batch.map(({ values }) => values) as never)}`)
      .then(
        () => {
          for (const { done } of batch) done();
        },
        () => {
          for (const { fail } of batch) fail();
        },
      )
      .finally(() => {
        writing -= 1;
        flush();
      });
  }
};

const insert = (values: Row["values"]) =>
  new Promise<void>((done, fail) => {
    rows.push({ values, done, fail });
    if (rows.length >= 500) flush();
    else timer ??= setTimeout(flush, 2);
  });

serve(
  createServer(async (request, response) => {
    if (request.method === "GET") return response.end();
    const shopper = request.headers["x-user-id"] as string;
    const taskId = randomUUID();
    const [, , position] = await join.call(redis, stock, queue, tasks, shopper, taskId, "1");
    await insert([taskId, couponId, shopper, Number(position), "pending", 1, Date.now()]);
    const body = JSON.stringify({ taskId, couponId, status: "pending", position: Number(position) });
    response.writeHead(202, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
    response.end(body);
  }),
);
