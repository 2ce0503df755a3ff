import { randomBytes } from "node:crypto";
import { Container } from "inversify";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import type { Auth } from "../adapters/http/server/caller.js";
import { HttpServer } from "../adapters/http/server/http-server.js";
import { pingDatabase } from "../adapters/sql/database.js";
import { applicationModule } from "./application-module.js";
import { backgroundSteps } from "./background.js";
import { concertModule } from "./concert-module.js";
import type { Config } from "./config.js";
import { databaseSteps } from "./database-steps.js";
import { databaseModule, journalModule, kafkaModule, memoryStoresModule, redisStoresModule } from "./engine-modules.js";
import type { EngineCheck } from "./engine-tokens.js";
import { EngineWarnings, settingsChecks } from "./engine-warnings.js";
import type { Step } from "./lifecycle.js";
import { orderModule } from "./order-module.js";
import { readinessOf } from "./readiness.js";
import { readings } from "./readings.js";
import { salesModule } from "./sales-module.js";
import type { Token } from "./token.js";
import { Tokens } from "./tokens.js";

const authOf = (config: Config): Auth => {
  const claims = {
    ...(config.AUTH_ISSUER !== undefined && { issuer: config.AUTH_ISSUER }),
    ...(config.AUTH_AUDIENCE !== undefined && { audience: config.AUTH_AUDIENCE }),
  };
  if (config.AUTH_SECRET !== undefined) return { mode: "secret", secret: config.AUTH_SECRET, ...claims };
  if (config.AUTH_JWKS_URL !== undefined) return { mode: "jwks", url: new URL(config.AUTH_JWKS_URL), ...claims };
  return { mode: "open" };
};

/** Which engine serves what, for the line at start. */
const profileOf = (config: Config): Readonly<Record<string, string>> => ({
  database: config.DATABASE_URL === undefined ? "sqlite" : "mysql",
  stores: config.REDIS_URL === undefined ? "memory" : "redis",
  events: config.KAFKA_BROKERS === undefined ? "journal" : "kafka",
});

/** The graph of one profile; nothing in it connects before its step starts. */
export const wireNode = (config: Config, log: Logger): (<T>(token: Token<T>) => T) => {
  const container = new Container();
  container.bind(Tokens.config).toConstantValue(config);
  container.bind(Tokens.log).toConstantValue(log);
  container.bind(Tokens.registry).toConstantValue(new Registry());
  container.load(
    databaseModule,
    config.REDIS_URL === undefined ? memoryStoresModule : redisStoresModule,
    config.KAFKA_BROKERS === undefined ? journalModule : kafkaModule,
    applicationModule,
    orderModule,
    concertModule,
    salesModule,
  );
  return (token) => container.get(token as symbol);
};

/**
 * What a node of this configuration starts, in this order, and stops in reverse: the edge first, the database last.
 * @param fatal called when the process must end, with the reason in one line
 */
export const nodeSteps = (config: Config, log: Logger, fatal: (reason: string) => void): readonly Step[] => {
  const get = wireNode(config, log);
  const bus = get(Tokens.bus);
  const db = get(Tokens.database);
  const redis = get(Tokens.redis);
  const engines: EngineCheck[] = [{ name: "database", ping: () => pingDatabase(db) }];
  if (redis !== null) engines.push({ name: "redis", ping: () => redis.ping() });
  if (config.KAFKA_BROKERS !== undefined) engines.push({ name: "kafka", ping: () => bus.ping() });

  const warnings = new EngineWarnings(settingsChecks(config, db, engines), log);
  const background = backgroundSteps(config, log, get, (outcome) => server.metrics.payment(outcome));
  const secrets = get(Tokens.secrets);
  const server: HttpServer = new HttpServer({
    application: get(Tokens.application),
    servesApi: config.ROLES.has("api"),
    host: config.HOST,
    port: config.PORT,
    auth: authOf(config),
    ticketKey: async () =>
      Buffer.from(await secrets.readOrMake("tickets", () => randomBytes(32).toString("base64url")), "base64url"),
    rateLimitPerShopper: config.RATE_LIMIT_PER_SHOPPER,
    corsOrigins: config.CORS_ORIGINS,
    readiness: readinessOf(
      engines,
      () => bus.deadConsumers(),
      () => warnings.all(),
    ),
    log,
    registry: get(Tokens.registry),
    readings: readings(get, background.figures),
  });
  const claimCoupon = get(Tokens.claimCoupon);
  return [
    ...databaseSteps(config, get, fatal),
    ...get(Tokens.storeSteps),
    { name: "claims in progress", stop: () => claimCoupon.drain() },
    { name: "event bus", start: () => bus.start(), stop: () => bus.stop(), deadlineMs: 8000 },
    ...background.steps,
    { name: "engine settings", start: () => warnings.start(), stop: () => warnings.stop() },
    {
      name: "http",
      start: async () => {
        const { host, port } = await server.start();
        const address = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
        const roles = [...config.ROLES].join(",");
        // Said whatever the level, short of silence: with PORT=0 nobody could find the service otherwise.
        const saying = log.child({}, { level: config.LOG_LEVEL === "silent" ? "silent" : "info" });
        saying.info({ address, profile: profileOf(config), auth: authOf(config).mode, roles }, "Rushboard serves");
      },
      stop: () => server.stop(4000),
    },
  ];
};
