import type { Logger } from "pino";
import { MemoryCouponQueue } from "../adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../adapters/memory/memory-coupon-stock.js";
import { MemoryCouponStores } from "../adapters/memory/memory-coupon-stores.js";
import { memoryBoardNotices, memoryOrderNotices, memoryTaskNotices } from "../adapters/memory/memory-notices.js";
import { MemoryBoards, MemorySalesBoard } from "../adapters/memory/memory-sales-board.js";
import { MemorySoldOutBoard } from "../adapters/memory/memory-sold-out-board.js";
import type { RedisClient } from "../adapters/redis/redis-client.js";
import { RedisCouponQueue } from "../adapters/redis/redis-coupon-queue.js";
import { RedisCouponStock } from "../adapters/redis/redis-coupon-stock.js";
import { redisBoardNotices, redisOrderNotices, redisTaskNotices } from "../adapters/redis/redis-notices.js";
import { RedisSalesBoard } from "../adapters/redis/redis-sales-board.js";
import { RedisSoldOutBoard } from "../adapters/redis/redis-sold-out-board.js";
import type { Clock } from "../application/ports/clock.js";
import type { Step } from "./lifecycle.js";
import type { Ports } from "./ports.js";

type Provided = Pick<
  Ports,
  "queue" | "stock" | "taskNotices" | "orderNotices" | "boardNotices" | "soldOutBoard" | "salesBoard"
>;

/** Queues, stock, boards and notices, and the steps that connect them. */
export type RedisOrMemory = { readonly ports: Provided; readonly steps: readonly Step[] };

/** In this process: nothing to connect. */
export const memoryPorts = (clock: Clock, log: Logger): RedisOrMemory => {
  const stores = new MemoryCouponStores();
  const listenerFailed = (error: unknown) => log.warn({ err: error }, "listener failed");
  const ports = {
    queue: new MemoryCouponQueue(stores),
    stock: new MemoryCouponStock(stores),
    taskNotices: memoryTaskNotices(listenerFailed),
    orderNotices: memoryOrderNotices(listenerFailed),
    boardNotices: memoryBoardNotices(listenerFailed),
    soldOutBoard: new MemorySoldOutBoard(clock),
    salesBoard: new MemorySalesBoard(new MemoryBoards()),
  };
  return { ports, steps: [] };
};

/** In Redis, shared by all nodes. */
export const redisPorts = (redis: RedisClient, log: Logger): RedisOrMemory => {
  const noticeLost = (error: unknown) => log.warn({ err: error }, "notice lost");
  const taskNotices = redisTaskNotices(redis, noticeLost);
  const orderNotices = redisOrderNotices(redis, noticeLost);
  const boardNotices = redisBoardNotices(redis, noticeLost);
  const ports = {
    queue: new RedisCouponQueue(redis),
    stock: new RedisCouponStock(redis),
    taskNotices,
    orderNotices,
    boardNotices,
    soldOutBoard: new RedisSoldOutBoard(redis),
    salesBoard: new RedisSalesBoard(redis),
  };
  const steps = [
    { name: "Redis", start: () => redis.start(), stop: () => redis.stop() },
    { name: "task notices", start: () => taskNotices.start() },
    { name: "order notices", start: () => orderNotices.start() },
    { name: "board notices", start: () => boardNotices.start() },
  ];
  return { ports, steps };
};
