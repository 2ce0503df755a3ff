import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { KafkaEventBus } from "../adapters/kafka/kafka-event-bus.js";
import { MemoryCouponQueue } from "../adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../adapters/memory/memory-coupon-stock.js";
import { MemoryCouponStores } from "../adapters/memory/memory-coupon-stores.js";
import { memoryBoardNotices, memoryOrderNotices, memoryTaskNotices } from "../adapters/memory/memory-notices.js";
import { MemoryRankings, MemorySalesBoard } from "../adapters/memory/memory-sales-board.js";
import { MemorySoldOutBoard } from "../adapters/memory/memory-sold-out-board.js";
import { SandboxProvider } from "../adapters/provider/sandbox-provider.js";
import { openRedis } from "../adapters/redis/redis-client.js";
import { RedisCouponQueue } from "../adapters/redis/redis-coupon-queue.js";
import { RedisCouponStock } from "../adapters/redis/redis-coupon-stock.js";
import {
  type RedisNotices,
  redisBoardNotices,
  redisOrderNotices,
  redisTaskNotices,
} from "../adapters/redis/redis-notices.js";
import { RedisSalesBoard } from "../adapters/redis/redis-sales-board.js";
import { RedisSoldOutBoard } from "../adapters/redis/redis-sold-out-board.js";
import { openDatabase } from "../adapters/sql/database.js";
import { SqlClaimQueries } from "../adapters/sql/sql-claim-queries.js";
import { SqlClaimRows } from "../adapters/sql/sql-claim-rows.js";
import { SqlConcertQueries } from "../adapters/sql/sql-concert-queries.js";
import { SqlCouponQueries } from "../adapters/sql/sql-coupon-queries.js";
import { SqlDeadLetterQueries, SqlDeadLetters } from "../adapters/sql/sql-dead-letters.js";
import { SqlEventBus } from "../adapters/sql/sql-event-bus.js";
import { SqlJobLease } from "../adapters/sql/sql-job-lease.js";
import { SqlOrderQueries } from "../adapters/sql/sql-order-queries.js";
import { SqlOutboxRows } from "../adapters/sql/sql-outbox-rows.js";
import { SqlPaymentQueries } from "../adapters/sql/sql-payment-queries.js";
import { SqlProductQueries } from "../adapters/sql/sql-product-queries.js";
import { SqlRankingLogQueries } from "../adapters/sql/sql-ranking-log-queries.js";
import { SqlSalesQueries } from "../adapters/sql/sql-sales-queries.js";
import { SqlSandboxBook } from "../adapters/sql/sql-sandbox-book.js";
import { SqlSecrets } from "../adapters/sql/sql-secrets.js";
import { SqlSoldOutRecords } from "../adapters/sql/sql-sold-out-records.js";
import { SqlUnitOfWork } from "../adapters/sql/sql-unit-of-work.js";
import { newUuid } from "../adapters/system/new-uuid.js";
import { patience } from "../adapters/system/patience.js";
import { systemClock } from "../adapters/system/system-clock.js";
import { systemTimers } from "../adapters/system/system-timers.js";
import { groupsOf } from "../application/choreography.js";
import type { WatchedBoards } from "../application/ports/notices.js";
import type { OrderId, TaskId } from "../domain/ids.js";
import type { Task } from "../domain/task.js";
import { kafkaOptions } from "./kafka-access.js";
import { holderIsDead, holderName } from "./process-lease.js";
import { Tokens as T } from "./tokens.js";
import { make, wiring } from "./wiring.js";

/** How long the payment provider is waited for: the request that waits must end within two seconds. */
const providerMs = 1200;

/** SQLite or MySQL, and what does not change with any engine. */
export const databaseModule = wiring((wire) => {
  wire(T.clock, [], () => systemClock);
  wire(T.newId, [], () => newUuid);
  wire(T.timers, [], () => systemTimers);
  wire(T.database, [T.config], ({ DATABASE_URL, DATA_DIR }) =>
    openDatabase(
      DATABASE_URL === undefined
        ? { kind: "sqlite", file: join(DATA_DIR, "rushboard.sqlite") }
        : { kind: "mysql", url: DATABASE_URL },
    ),
  );
  wire(T.pokeRelay, [], () => ({ poke: () => {} }));
  wire(
    T.work,
    [T.database, T.pokeRelay, T.holder],
    (db, relay, holder) => new SqlUnitOfWork(db, () => relay.poke(), holder),
  );
  wire(T.coupons, [T.database], make(SqlCouponQueries));
  wire(T.claims, [T.database], make(SqlClaimQueries));
  wire(T.claimRows, [T.database, T.clock], make(SqlClaimRows));
  wire(T.rankingLog, [T.database], make(SqlRankingLogQueries));
  wire(T.outboxRows, [T.database, T.clock], make(SqlOutboxRows));
  wire(T.deadLetters, [T.database, T.clock], make(SqlDeadLetters));
  wire(T.parkedLetters, [T.database], make(SqlDeadLetterQueries));
  wire(T.products, [T.database], make(SqlProductQueries));
  wire(T.concerts, [T.database], make(SqlConcertQueries));
  wire(T.soldOutRecords, [T.database], make(SqlSoldOutRecords));
  wire(T.sales, [T.database], make(SqlSalesQueries));
  wire(T.orders, [T.database], make(SqlOrderQueries));
  wire(T.payments, [T.database], make(SqlPaymentQueries));
  wire(T.provider, [T.database], (db) => new SandboxProvider(new SqlSandboxBook(db)));
  wire(T.patience, [], () => patience(providerMs));
  wire(T.holder, [T.newId], (newId) => holderName(hostname(), process.pid, newId()));
  wire(T.jobLease, [T.database, T.clock, T.holder], (db, clock, name) => {
    const isDead = (holder: string) => holderIsDead(holder, hostname(), process.pid);
    return new SqlJobLease(db, clock, name, isDead);
  });
  wire(T.secrets, [T.database], make(SqlSecrets));
});

/** Queues, stock and notices in this process. */
export const memoryStoresModule = wiring((wire) => {
  const stores = new MemoryCouponStores();
  wire(T.redis, [], () => null);
  wire(T.queue, [], () => new MemoryCouponQueue(stores));
  wire(T.stock, [], () => new MemoryCouponStock(stores));
  wire(T.notices, [T.log], (log) => memoryTaskNotices(followerFailed(log)));
  wire(T.orderNotices, [T.log], (log) => memoryOrderNotices(followerFailed(log)));
  wire(T.boardNotices, [T.log], (log) => memoryBoardNotices(followerFailed(log)));
  wire(T.soldOutBoard, [T.clock], make(MemorySoldOutBoard));
  wire(T.salesBoard, [], () => new MemorySalesBoard(new MemoryRankings()));
  wire(T.storeSteps, [], () => []);
});

/** Queues, stock and notices in Redis. */
export const redisStoresModule = wiring((wire) => {
  wire(T.redis, [T.config, T.log], ({ REDIS_URL }, log) => openRedis(REDIS_URL ?? "", newsOf("redis", log)));
  wire(T.queue, [T.redis], (redis) => new RedisCouponQueue(present(redis)));
  wire(T.stock, [T.redis], (redis) => new RedisCouponStock(present(redis)));
  wire(T.notices, [T.redis, T.log], (redis, log) => redisTaskNotices(present(redis), noticeLost(log)));
  wire(T.orderNotices, [T.redis, T.log], (redis, log) => redisOrderNotices(present(redis), noticeLost(log)));
  wire(T.boardNotices, [T.redis, T.log], (redis, log) => redisBoardNotices(present(redis), noticeLost(log)));
  wire(T.soldOutBoard, [T.redis], (redis) => new RedisSoldOutBoard(present(redis)));
  wire(T.salesBoard, [T.redis], (redis) => new RedisSalesBoard(present(redis)));
  wire(
    T.storeSteps,
    [T.redis, T.notices, T.orderNotices, T.boardNotices],
    (redis, notices, orderNotices, boardNotices) => [
      { name: "Redis", start: () => present(redis).start(), stop: () => present(redis).stop() },
      { name: "task notices", start: () => (notices as RedisNotices<TaskId, Task>).start() },
      { name: "order notices", start: () => (orderNotices as RedisNotices<OrderId>).start() },
      { name: "board notices", start: () => (boardNotices as RedisNotices<WatchedBoards>).start() },
    ],
  );
});

/** Events from the journal in the database. */
export const journalModule = wiring((wire) => {
  wire(T.bus, [T.database, T.jobLease, T.clock], (db, lease, clock) => new SqlEventBus(db, lease, clock, groupsOf));
});

/** Events by Apache Kafka. */
export const kafkaModule = wiring((wire) => {
  wire(T.bus, [T.config, T.deadLetters, T.log], (config, deadLetters, log) => {
    return new KafkaEventBus(kafkaOptions(config, "rushboard"), deadLetters, {
      log: (level, message, facts) => log[level === "error" ? "warn" : "debug"]({ kafka: facts }, message),
    });
  });
});

const present = <V>(value: V | null): V => {
  if (value === null) throw new Error("the stores in Redis need Redis");
  return value;
};

/** Tells each reason of an absence once, since it comes again with every attempt to connect. */
const newsOf = (engine: string, log: Logger) => {
  let last = "";
  return ({ message: reason }: Error) => {
    log[reason === last ? "debug" : "warn"]({ engine, reason }, "an engine cannot be reached");
    last = reason;
  };
};
const followerFailed = (log: Logger) => (error: unknown) => log.warn({ err: error }, "a follower failed");
const noticeLost = (log: Logger) => (error: unknown) => log.warn({ err: error }, "a notice was lost");
