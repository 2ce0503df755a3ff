import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { type DestinationStream, pino } from "pino";
import supertest from "supertest";
import { afterAll, onTestFinished } from "vitest";
import { HttpServer, type HttpServerNeeds } from "../../src/adapters/http/http-server.js";
import type { Metrics } from "../../src/adapters/http/server/metrics.js";
import type { Backends } from "../../src/bootstrap/backends.js";
import { backgroundOf } from "../../src/bootstrap/background.js";
import { readConfig } from "../../src/bootstrap/config.js";
import { gauges } from "../../src/bootstrap/gauges.js";
import { composeNode } from "../../src/bootstrap/node-steps.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import type { EpochMs } from "../../src/domain/time.js";
import { openSqlBackends } from "./backends.js";
import { type Fetched, jsonClient, parsedResponse, retryingJsonClient } from "./json-client.js";

/** How a test's server differs from one in open mode without a rate limit. */
export type HttpAppOptions = Partial<Omit<HttpServerNeeds, "application" | "log">> & {
  /** Use cases or queries that replace the real ones. */
  readonly instead?: Partial<Application>;
  /** Receives the log lines; by default they are dropped. */
  readonly logTo?: DestinationStream;
};

export type Client = ReturnType<typeof supertest.agent>;

/** Clients of one server. */
export type HttpClients = {
  readonly url: string;
  /** Sends requests without credentials; in open mode such a caller has every role. */
  readonly client: Client;
  /** Returns the client of a shopper, in open mode. */
  as(shopper: string): Client;
  /** Sends a request and parses the JSON of its response, for tests that do not test HTTP itself. */
  readonly ask: ReturnType<typeof jsonClient>;
};

/** A running HTTP server over the real use cases, with SQLite in memory and a clock that a test can move. */
export type HttpApp = HttpClients & {
  readonly server: HttpServer;
  readonly metrics: Metrics;
  /** Moves the clock forward. */
  advance(ms: number): void;
  /** Starts the consumers and jobs. Before that, claims and orders stay pending. */
  work(): Promise<void>;
  /** Sends bytes on a connection of their own and returns what the server sends until it closes the connection. */
  sendBytes(bytes: string): Promise<Fetched>;
  /** The use cases and ports, for what no request can cause. */
  readonly application: Application;
  readonly backends: Backends;
};

/** Returns the clients of the server at an address. A response with 503 is requested again, at most `retries` times. */
export const clientsOf = (url: string, retries = 0): HttpClients => {
  const agent = () =>
    supertest.agent(url).retry(retries, (_error: unknown, response?: supertest.Response) => response?.status === 503);
  return {
    url,
    client: agent(),
    as: (shopper) => agent().set("X-User-Id", shopper),
    ask: retries === 0 ? jsonClient(url) : retryingJsonClient(url),
  };
};

const bytesSender =
  (port: number): HttpApp["sendBytes"] =>
  (bytes) =>
    new Promise((resolve, reject) => {
      let received = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes)).setEncoding("utf8");
      socket.on("data", (text) => {
        received += text;
      });
      socket.on("error", reject).on("close", () => resolve(parsedResponse(received)));
    });

const openTestNode = async () => {
  const opened = await openSqlBackends()[0]?.open();
  if (opened === undefined) throw new Error("no SQLite");
  const clock = { ahead: 0, now: () => (Date.now() + clock.ahead) as EpochMs };
  const config = readConfig({});
  const log = pino({ level: "silent" });
  const node = composeNode(config, log, { database: opened.db, clock });
  return { ...node, config, log, clock, close: opened.close };
};

const open = async ({ instead, logTo, ...needs }: HttpAppOptions) => {
  const { backends, application, relay, metrics, config, log, clock, close } = await openTestNode();
  const { ports } = backends;
  const background = backgroundOf({ config, log, application, relay });
  const key = randomBytes(32);
  const server = new HttpServer({
    application: { ...application, ...instead },
    servesApi: true,
    host: "127.0.0.1",
    port: 0,
    auth: { mode: "open" },
    ticketKey: async () => key,
    rateLimitPerShopper: 0,
    corsOrigins: [],
    currency: "KRW",
    readiness: async () => ({ status: "ready", checks: {} }),
    log: logTo === undefined ? log : pino({ level: "info" }, logTo),
    metrics,
    gauges: gauges(ports, background.metrics),
    ...needs,
  });
  const { port } = await server.start();
  const stops: (() => unknown)[] = [close, () => application.claimCoupon.drain(), () => ports.bus.stop()];
  const stop = async () => {
    await server.stop(100);
    for (const stop of stops.reverse()) await stop();
  };
  const url = `http://127.0.0.1:${port}`;
  const app: HttpApp = {
    ...clientsOf(url),
    server,
    metrics,
    advance(ms) {
      clock.ahead += ms;
    },
    async work() {
      for (const step of background.steps) {
        await step.start?.();
        stops.push(() => step.stop?.());
      }
    },
    sendBytes: bytesSender(port),
    application,
    backends,
  };
  return { app, stop };
};

/** Starts a server on a free port. It stops when the test has finished. */
export const startHttpApp = async (options: HttpAppOptions = {}): Promise<HttpApp> => {
  const { app, stop } = await open(options);
  onTestFinished(stop);
  return app;
};

/** Starts one server for all tests of a file. It stops after the last one. */
export const sharedHttpApp = async (options: HttpAppOptions = {}): Promise<HttpApp> => {
  const { app, stop } = await open(options);
  afterAll(stop);
  return app;
};

/** Creates a coupon with a quantity of 10 that is open, unless `facts` say otherwise; returns its id. */
export const createCoupon = async (
  app: HttpClients,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const body = { name: "Ten off", quantity: 10, discount: { type: "percent", value: 10 }, ...facts };
  const { body: coupon } = await app.client.post("/api/v1/coupons").send(body).expect(201);
  return coupon.couponId;
};
