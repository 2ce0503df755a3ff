import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { KafkaEventBus } from "../adapters/kafka/kafka-event-bus.js";
import { ConfiguredProviders } from "../adapters/provider/configured-providers.js";
import { SandboxProvider } from "../adapters/provider/sandbox-provider.js";
import { openRedis, type RedisClient } from "../adapters/redis/redis-client.js";
import {
  type Database,
  type DatabaseTarget,
  openDatabase,
  pingDatabase,
  probeWrites,
} from "../adapters/sql/database.js";
import type { LockReport } from "../adapters/sql/locked-rows.js";
import { SqlEventBus } from "../adapters/sql/sql-event-bus.js";
import { SqlSandboxBook } from "../adapters/sql/sql-sandbox-book.js";
import { newUuid } from "../adapters/system/new-uuid.js";
import { sha256Digest } from "../adapters/system/sha256-digest.js";
import { signingSecretSource } from "../adapters/system/signing-secret-source.js";
import { systemClock } from "../adapters/system/system-clock.js";
import { systemTimers } from "../adapters/system/system-timers.js";
import { HttpWebhookTargets } from "../adapters/webhook/http-webhook-targets.js";
import { type ConsumerGroup, groupsOf } from "../application/choreography.js";
import type { Clock } from "../application/ports/clock.js";
import type { EventBus } from "../application/ports/event-bus.js";
import type { ReportLateClose } from "../application/ports/report-late-close.js";
import type { WebhookEndpoint } from "../application/ports/webhook-targets.js";
import { timeoutAfter } from "../application/timeout-after.js";
import { webhookBackoff } from "../application/webhook/deliver-to-webhook.js";
import type { Config } from "./config.js";
import { failedSendLog, warnOfPrivateTarget } from "./failed-send-log.js";
import { kafkaOptions } from "./kafka-access.js";
import type { Step } from "./lifecycle.js";
import { paymentBridgeOf } from "./payment-settings.js";
import type { ApplicationSettings, Ports } from "./ports.js";
import { holderName } from "./process-lease.js";
import { memoryPorts, redisPorts } from "./redis-ports.js";
import { sqlPorts } from "./sql-ports.js";

/** Time that a request waits for the payment provider: the request itself must end within two seconds. */
const providerMs = 1200;
/** How often each group reads the events that other nodes have postponed. Its own node wakes it. */
const postponedPollMs = 1000;

/** An event bus as the lifecycle and the metrics use it, beyond its port. */
export type RunningBus = EventBus & {
  start(): Promise<void>;
  stop(): Promise<void>;
  ping(): Promise<void>;
  lag(): Promise<readonly { readonly group: ConsumerGroup; readonly lag: number }[]>;
};

/** A backend of this profile, and probes that do what requests do. */
export type BackendCheck = {
  readonly name: string;
  /** What every use needs. @throws DomainError `engine-unavailable` */
  readonly ping: () => Promise<void>;
  /** What writes need besides. @throws DomainError `engine-unavailable` */
  readonly probeWrites?: () => Promise<void>;
};

/** The ports of one profile, and what the lifecycle, readiness and metrics need beyond them. */
export type Backends = {
  readonly database: Database;
  readonly redis: RedisClient | null;
  readonly ports: Ports & ReturnType<typeof sqlPorts> & { readonly bus: RunningBus };
  readonly redisSteps: readonly Step[];
  readonly checks: readonly BackendCheck[];
};

/** What of the process the backends call. */
export type BackendListeners = { readonly wakeRelay: () => void; readonly reportLateClose: ReportLateClose };

/** What a test passes instead of the database that the settings name, and of both clocks. */
export type GivenBackends = { readonly database?: Database; readonly clock?: Clock };

/** The backends that the settings name. Nothing connects before its step starts. */
export const openBackends = (
  config: Config,
  log: Logger,
  { wakeRelay, reportLateClose }: BackendListeners,
  { database = openDatabase(databaseOf(config)), clock: given }: GivenBackends = {},
): Backends => {
  const clock = given ?? systemClock;
  const sharedClock = given ?? database.clock ?? systemClock;
  const sql = sqlPorts({
    database,
    clock,
    sharedClock,
    holder: holderName(hostname(), process.pid, newUuid()),
    wakeRelay,
  });
  database.lockedRows.listen(reportLocks(log));
  const redis = config.REDIS_URL === undefined ? null : openRedis(config.REDIS_URL, reportUnreachable("redis", log));
  warnOfPrivateTarget(config, log);
  const redisOrMemory = redis === null ? memoryPorts(clock, log) : redisPorts(redis, log);
  const kafka = kafkaOptions(config, "rushboard");
  const needs = { db: database, lease: sql.jobLease, clock: sharedClock, timers: systemTimers, groupsOf };
  const bus: RunningBus =
    kafka === null
      ? new SqlEventBus(needs)
      : new KafkaEventBus(
          kafka,
          { deadLetters: sql.deadLetterRows, postponed: new SqlEventBus(needs, { pollMs: postponedPollMs }) },
          systemTimers,
          { log: (level, message, facts) => log[level === "error" ? "warn" : "debug"]({ kafka: facts }, message) },
        );

  const checks: BackendCheck[] = [
    { name: "database", ping: () => pingDatabase(database), probeWrites: () => probeWrites(database) },
  ];
  if (redis !== null) checks.push({ name: "redis", ping: () => redis.ping() });
  if (kafka !== null) checks.push({ name: "kafka", ping: () => bus.ping() });
  const ports = {
    ...sql,
    ...redisOrMemory.ports,
    clock,
    sharedClock,
    newId: newUuid,
    timers: systemTimers,
    bus,
    digest: sha256Digest,
    providers: new ConfiguredProviders(
      new SandboxProvider(new SqlSandboxBook(database)),
      paymentBridgeOf(config, clock),
    ),
    timeout: timeoutAfter(providerMs, systemTimers),
    reportLateClose,
    webhookTargets: new HttpWebhookTargets({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE }, clock),
    signingSecrets: signingSecretSource,
    reportFailedSend: failedSendLog(log),
    webhookBackoff: webhookBackoff(Math.random),
  };
  return { database, redis, ports, redisSteps: redisOrMemory.steps, checks };
};

/** The part of the settings that use cases and routes read. */
export const applicationSettings = (config: Config): ApplicationSettings => ({
  zone: config.BUSINESS_TIME_ZONE,
  soldOutRules: { policy: config.SOLD_OUT_SCORE, zone: config.BUSINESS_TIME_ZONE },
  orderTtlMs: config.ORDER_TTL_SECONDS * 1000,
  holdTtlMs: config.HOLD_TTL_SECONDS * 1000,
  claimSweepMs: config.CLAIM_SWEEP_SECONDS * 1000,
  settingsWebhook: settingsWebhookOf(config),
});

const databaseOf = ({ DATABASE_URL, DATA_DIR }: Config): DatabaseTarget =>
  DATABASE_URL === undefined
    ? { kind: "sqlite", file: join(DATA_DIR, "rushboard.sqlite") }
    : { kind: "mysql", url: DATABASE_URL };

const settingsWebhookOf = ({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }: Config): WebhookEndpoint | null =>
  url === undefined || secret === undefined ? null : { url, secrets: [secret] };

/** Logs each reason once as a warning: it repeats with every attempt to connect. */
const reportUnreachable = (backend: string, log: Logger) => {
  let last = "";
  return ({ message: reason }: Error) => {
    log[reason === last ? "debug" : "warn"]({ backend, reason }, "backend unreachable");
    last = reason;
  };
};

const maxKeysInLog = 10;

/** Logs rows that another session holds, and when they are free again. */
const reportLocks =
  (log: Logger) =>
  ({ event, table, keys, forMs }: LockReport) => {
    const facts = { table, keys: keys.slice(0, maxKeysInLog), rows: keys.length };
    if (event === "locked") log.warn(facts, "rows locked by another session");
    else log.info({ ...facts, forMs }, "locked rows released");
  };
