import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { HttpServer } from "../adapters/http/http-server.js";
import type { Auth } from "../adapters/http/server/callers.js";
import { Metrics } from "../adapters/http/server/metrics.js";
import type { ReportLateClose } from "../application/ports/report-late-close.js";
import type { RetryLoop } from "../application/retry.js";
import { BackendHealth } from "./backend-health.js";
import { BackendWarnings, settingsChecks } from "./backend-warnings.js";
import { applicationSettings, type Backends, type GivenBackends, openBackends } from "./backends.js";
import { backgroundOf, relayJob } from "./background.js";
import type { Config } from "./config.js";
import { databaseSteps } from "./database-steps.js";
import { gauges } from "./gauges.js";
import type { Step } from "./lifecycle.js";
import { type Application, openApplication } from "./open-application.js";
import { readinessOf } from "./readiness.js";
import type { NodeStart } from "./start-report.js";

const authOf = (config: Config): Auth => {
  const claims = {
    ...(config.AUTH_ISSUER !== undefined && { issuer: config.AUTH_ISSUER }),
    ...(config.AUTH_AUDIENCE !== undefined && { audience: config.AUTH_AUDIENCE }),
  };
  if (config.AUTH_SECRET !== undefined) return { mode: "secret", secret: config.AUTH_SECRET, ...claims };
  if (config.AUTH_JWKS_URL !== undefined) return { mode: "jwks", url: new URL(config.AUTH_JWKS_URL), ...claims };
  return { mode: "open" };
};

/** Which backend serves what. */
const profileOf = (config: Config): NodeStart["profile"] => ({
  database: config.DATABASE_URL === undefined ? "sqlite" : "mysql",
  stores: config.REDIS_URL === undefined ? "memory" : "redis",
  events: config.KAFKA_BROKERS === undefined ? "journal" : "kafka",
});

/** The parts of one node, composed and not started. */
export type Node = {
  readonly backends: Backends;
  readonly application: Application;
  readonly relay: RetryLoop;
  readonly metrics: Metrics;
};

/** Composes a node. Nothing in it connects before its step starts. */
export const composeNode = (config: Config, log: Logger, given: GivenBackends = {}): Node => {
  const metrics = new Metrics(new Registry());
  const reportLateClose: ReportLateClose = (outcome) => {
    if (typeof outcome === "string") metrics.payment(outcome);
    else if (outcome instanceof Error) log.error({ err: outcome }, "payment not settled");
    else {
      const { paymentId, status, provider } = outcome.payment;
      log.error(
        { paymentId, status, provider, verdict: outcome.verdict },
        "contradictory answer of the payment provider",
      );
      metrics.payment("contradicted");
    }
  };
  const backends = openBackends(config, log, { wakeRelay: () => relay.wake(), reportLateClose }, given);
  const application = openApplication(backends.ports, applicationSettings(config));
  const relay = relayJob(log, () => application.relayOutbox.execute());
  return { backends, application, relay, metrics };
};

export type NodeListeners = {
  /** The node accepts requests. */
  readonly started: (start: NodeStart) => void;
  /** The process must end, for this reason. */
  readonly fatal: (reason: string) => void;
};

/**
 * The steps of a node with these settings, in the order of their start. They stop in reverse: HTTP first, the database
 * last.
 */
export const nodeSteps = (config: Config, log: Logger, { started, fatal }: NodeListeners): readonly Step[] => {
  const { backends, application, relay, metrics } = composeNode(config, log);
  const { ports, checks } = backends;
  const { bus, secrets } = ports;
  const warnings = new BackendWarnings(settingsChecks(config, backends), log);
  const health = new BackendHealth(checks, log);
  const background = backgroundOf({ config, log, application, relay });
  const server = new HttpServer({
    application,
    servesApi: config.ROLES.has("api"),
    host: config.HOST,
    port: config.PORT,
    auth: authOf(config),
    ticketKey: async () =>
      Buffer.from(await secrets.readOrCreate("tickets", () => randomBytes(32).toString("base64url")), "base64url"),
    rateLimitPerShopper: config.RATE_LIMIT_PER_SHOPPER,
    corsOrigins: config.CORS_ORIGINS,
    currency: config.CURRENCY,
    readiness: readinessOf(
      () => health.current(),
      () => bus.deadConsumers(),
      () => warnings.all(),
    ),
    log,
    metrics,
    gauges: gauges(ports, background.metrics),
  });
  return [
    ...databaseSteps(config, backends, fatal),
    ...backends.redisSteps,
    { name: "event bus", start: () => bus.start(), stop: () => bus.stop(), deadlineMs: 8000 },
    { name: "claims in progress", stop: () => application.claimCoupon.drain() },
    ...background.steps,
    { name: "backend health", start: () => health.start(), stop: () => health.stop() },
    { name: "backend settings", start: () => warnings.start(), stop: () => warnings.stop() },
    {
      name: "http",
      start: async () => {
        const { host, port } = await server.start();
        const address = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
        started({ address, profile: profileOf(config), auth: authOf(config).mode, roles: [...config.ROLES].join(",") });
      },
      stop: () => server.stop(4000),
    },
  ];
};
