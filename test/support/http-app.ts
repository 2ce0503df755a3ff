import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type DestinationStream, pino } from "pino";
import { onTestFinished } from "vitest";
import { HttpServer, type HttpServerNeeds } from "../../src/adapters/http/http-server.js";
import type { Metrics } from "../../src/adapters/http/server/metrics.js";
import type { Backends } from "../../src/bootstrap/backends.js";
import { backgroundOf } from "../../src/bootstrap/background.js";
import { readConfig } from "../../src/bootstrap/config.js";
import { gauges } from "../../src/bootstrap/gauges.js";
import { openNode } from "../../src/bootstrap/node-steps.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import type { EpochMs } from "../../src/domain/time.js";
import { openSqlBackends } from "./backends.js";

/** In what a test's edge differs from one in open mode without a rate limit. */
export type HttpAppOptions = Partial<Omit<HttpServerNeeds, "application" | "log">> & {
  /** Use cases or queries in place of the real ones. */
  readonly instead?: Partial<Application>;
  /** Where log lines go; nowhere unless told. */
  readonly logTo?: DestinationStream;
};

/** JSON that a test looks into without saying its shape first. */
export type Json = { readonly [key: string]: Json };

/** An answer; `body` is the JSON in it, where it is JSON. */
export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
};

/** `as`: the shopper, in open mode. A body that is no text is sent as JSON. */
export type Asked = {
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Leaves a stream when it has begun, for this one has no end. */
  readonly endless?: boolean;
};

/** A running edge over the real use cases, on SQLite in memory. */
export type HttpApp = {
  readonly url: string;
  readonly server: HttpServer;
  readonly metrics: Metrics;
  /** Moves the clock that everything reads. */
  advance(ms: number): void;
  /** Starts what settles claims: before that, every claim stays pending. */
  work(): Promise<void>;
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  /** Writes bytes to a connection of its own, and answers what comes back until that is closed. */
  raw(bytes: string): Promise<Answered>;
  /** The use cases and ports, for what no request can cause. */
  readonly application: Application;
  readonly backends: Backends;
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Asks the server at an address. */
export const asker =
  (url: string): HttpApp["ask"] =>
  async (method, path, { as, body, headers, endless = false } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(as !== undefined && { "x-user-id": as }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const left = endless && response.status === 200;
    if (left) await response.body?.cancel();
    const text = left ? "" : await response.text();
    return { status: response.status, headers: response.headers, text, body: json(text) as Json };
  };

/** Asks as a client should: again where the answer is 503, as a busy machine gives it now and then. */
export const patientAsker = (url: string): HttpApp["ask"] => {
  const ask = asker(url);
  return async (...asked) => {
    let answered = await ask(...asked);
    for (; answered.status === 503; answered = await ask(...asked)) await sleep(200);
    return answered;
  };
};

const parsed = (answer: string): Answered => {
  const [head = "", text = ""] = answer.split("\r\n\r\n");
  const [start = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(":")[0] ?? "", line.split(": ")[1] ?? ""]),
  );
  return { status: Number(start.split(" ")[1]), headers, text, body: json(text) as Json };
};

const rawAsker =
  (port: number): HttpApp["raw"] =>
  (bytes) =>
    new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes)).setEncoding("utf8");
      socket.on("data", (text) => {
        answer += text;
      });
      socket.on("error", reject).on("close", () => resolve(parsed(answer)));
    });

/** A node of the embedded profile, with its database in memory and a clock that can be moved. */
const openTestNode = async () => {
  const opened = await openSqlBackends()[0]?.open();
  if (opened === undefined) throw new Error("no SQLite");
  const clock = { ahead: 0, now: () => (Date.now() + clock.ahead) as EpochMs };
  const config = readConfig({});
  const log = pino({ level: "silent" });
  const node = openNode(config, log, { database: opened.db, clock });
  return { ...node, config, log, clock, close: opened.close };
};

/** Starts an edge on a free port; it is stopped when the test has finished. */
export const startHttpApp = async ({ instead, logTo, ...needs }: HttpAppOptions = {}): Promise<HttpApp> => {
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
    readiness: async () => ({ status: "ready", checks: {} }),
    log: logTo === undefined ? log : pino({ level: "info" }, logTo),
    metrics,
    gauges: gauges(ports, background.metrics),
    ...needs,
  });
  const { port } = await server.start();
  const stops: (() => unknown)[] = [close, () => application.claimCoupon.drain(), () => ports.bus.stop()];
  onTestFinished(async () => {
    await server.stop(100);
    for (const stop of stops.reverse()) await stop();
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
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
    ask: asker(url),
    raw: rawAsker(port),
    application,
    backends,
  };
};

/** Opens a coupon of ten that is always open, but for what is said; answers its id. */
export const openCoupon = async (app: HttpApp, facts: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const body = { name: "Ten off", quantity: 10, discount: { type: "percent", value: 10 }, ...facts };
  const { status, body: coupon, text } = await app.ask("POST", "/api/v1/coupons", { body });
  if (status !== 201) throw new Error(text);
  return String(coupon.couponId);
};
