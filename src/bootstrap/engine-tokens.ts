import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { RedisClient } from "../adapters/redis/redis-client.js";
import type { Database } from "../adapters/sql/database.js";
import type { SqlDeadLetters } from "../adapters/sql/sql-dead-letters.js";
import type { SqlJobLease } from "../adapters/sql/sql-job-lease.js";
import type { SqlOutboxRows } from "../adapters/sql/sql-outbox-rows.js";
import type { SqlSecrets } from "../adapters/sql/sql-secrets.js";
import type { ConsumerGroup } from "../application/choreography.js";
import type { ClaimQueries } from "../application/ports/claim-queries.js";
import type { ClaimRows } from "../application/ports/claim-rows.js";
import type { Clock } from "../application/ports/clock.js";
import type { ConcertQueries } from "../application/ports/concert-queries.js";
import type { CouponQueries } from "../application/ports/coupon-queries.js";
import type { CouponQueue } from "../application/ports/coupon-queue.js";
import type { CouponStock } from "../application/ports/coupon-stock.js";
import type { DeadLetterQueries } from "../application/ports/dead-letter-queries.js";
import type { EventBus } from "../application/ports/event-bus.js";
import type { NewId } from "../application/ports/new-id.js";
import type { BoardNotices, OrderNotices, TaskNotices } from "../application/ports/notices.js";
import type { OrderQueries } from "../application/ports/order-queries.js";
import type { Patience } from "../application/ports/patience.js";
import type { PaymentProvider } from "../application/ports/payment-provider.js";
import type { PaymentQueries } from "../application/ports/payment-queries.js";
import type { ProductQueries } from "../application/ports/product-queries.js";
import type { RankingLogQueries } from "../application/ports/ranking-log-queries.js";
import type { SalesBoard } from "../application/ports/sales-board.js";
import type { SalesQueries } from "../application/ports/sales-queries.js";
import type { SoldOutBoard } from "../application/ports/sold-out-board.js";
import type { SoldOutRecords } from "../application/ports/sold-out-records.js";
import type { Timers } from "../application/ports/timers.js";
import type { UnitOfWork } from "../application/ports/unit-of-work.js";
import type { TimeZone } from "../domain/business-day.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";
import { token } from "./token.js";

/** An event bus as the lifecycle and the metrics see it, beyond its port. */
export type RunningBus = EventBus & {
  start(): Promise<void>;
  stop(): Promise<void>;
  ping(): Promise<void>;
  lag(): Promise<readonly { readonly group: ConsumerGroup; readonly lag: number }[]>;
};

/** An engine of this profile, for readiness and the line at start. */
export type EngineCheck = { readonly name: string; readonly ping: () => Promise<void> };

/** Configuration, and what stands for the ports. */
export const engineTokens = {
  config: token<Config>("config"),
  log: token<Logger>("log"),
  registry: token<Registry>("registry"),
  clock: token<Clock>("clock"),
  newId: token<NewId>("newId"),
  timers: token<Timers>("timers"),
  zone: token<TimeZone>("zone"),

  database: token<Database>("database"),
  work: token<UnitOfWork>("work"),
  coupons: token<CouponQueries>("coupons"),
  claims: token<ClaimQueries>("claims"),
  claimRows: token<ClaimRows>("claimRows"),
  rankingLog: token<RankingLogQueries>("rankingLog"),
  outboxRows: token<SqlOutboxRows>("outboxRows"),
  deadLetters: token<SqlDeadLetters>("deadLetters"),
  concerts: token<ConcertQueries>("concerts"),
  soldOutRecords: token<SoldOutRecords>("soldOutRecords"),
  sales: token<SalesQueries>("sales"),
  /** Names this process to the others. */
  holder: token<string>("holder"),
  products: token<ProductQueries>("products"),
  orders: token<OrderQueries>("orders"),
  payments: token<PaymentQueries>("payments"),
  parkedLetters: token<DeadLetterQueries>("parkedLetters"),
  provider: token<PaymentProvider>("provider"),
  patience: token<Patience>("patience"),
  jobLease: token<SqlJobLease>("jobLease"),
  secrets: token<SqlSecrets>("secrets"),
  /** Pokes the outbox relay; nothing before it runs. */
  pokeRelay: token<{ poke: () => void }>("pokeRelay"),

  redis: token<RedisClient | null>("redis"),
  queue: token<CouponQueue>("queue"),
  stock: token<CouponStock>("stock"),
  notices: token<TaskNotices>("notices"),
  orderNotices: token<OrderNotices>("orderNotices"),
  boardNotices: token<BoardNotices>("boardNotices"),
  soldOutBoard: token<SoldOutBoard>("soldOutBoard"),
  salesBoard: token<SalesBoard>("salesBoard"),
  storeSteps: token<readonly Step[]>("storeSteps"),
  bus: token<RunningBus>("bus"),
};
