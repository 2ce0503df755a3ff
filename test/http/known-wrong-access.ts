import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { pino } from "pino";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { problemTable } from "../../src/adapters/http/api/problems.js";
import { type Auth, createIdentify, Tickets } from "../../src/adapters/http/server/callers.js";
import { EventStreams } from "../../src/adapters/http/server/event-stream.js";
import { createExpressServer, InFlight } from "../../src/adapters/http/server/exchange.js";
import { Metrics } from "../../src/adapters/http/server/metrics.js";
import { ProblemResponses } from "../../src/adapters/http/server/problem-json.js";
import { RateLimit } from "../../src/adapters/http/server/rate-limit.js";
import { Cors, ResponseWriter } from "../../src/adapters/http/server/response-writer.js";
import { HotRoutes, registerRoutes } from "../../src/adapters/http/server/router.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import type { HttpApp } from "../support/http-app.js";

/** Serves the app's routes with one of them made public by mistake; returns the address. */
export const serveWithPublicRoute = async (app: HttpApp, auth: Auth, path: string): Promise<string> => {
  const tables = app.server.tables.map(({ prefix, routes }) => ({
    prefix,
    routes: routes.map((route) => (route.path === path ? { ...route, access: "public" as const } : route)),
  }));
  const cors = new Cors([]);
  const problems = new ProblemResponses(problemTable);
  const edge = {
    mode: auth.mode,
    identify: createIdentify(auth, systemClock, pino({ level: "silent" })),
    tickets: new Tickets(async () => new Uint8Array(32), systemClock),
    rateLimit: new RateLimit(0),
    streams: new EventStreams(),
    writer: new ResponseWriter(pino({ level: "silent" }), cors, new InFlight(1000), problems),
    cors,
    metrics: new Metrics(new Registry()),
  };
  const wrongApp = express();
  registerRoutes(wrongApp.router, new HotRoutes(), tables, edge);
  const server = createExpressServer(wrongApp, {}, () => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
