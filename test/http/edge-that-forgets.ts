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
import { HotRoutes } from "../../src/adapters/http/server/hot-routes.js";
import { Metrics } from "../../src/adapters/http/server/metrics.js";
import { ProblemResponses } from "../../src/adapters/http/server/problem-json.js";
import { RateLimit } from "../../src/adapters/http/server/rate-limit.js";
import { Cors, ResponseWriter } from "../../src/adapters/http/server/response-writer.js";
import type { Route } from "../../src/adapters/http/server/route.js";
import { registerRoutes } from "../../src/adapters/http/server/router.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { asker, type HttpApp } from "../support/http-app.js";

/** The app's own rows behind the same checks, one of them made public. */
export const edgeThatForgets = async (
  { server: { tables } }: HttpApp,
  auth: Auth,
  path: string,
): Promise<HttpApp["ask"]> => {
  const router = express();
  const twins = tables.map(({ prefix, routes }) => ({
    prefix,
    routes: routes.map((row): Route => (row.path === path ? { ...row, access: "public" } : row)),
  }));
  const cors = new Cors([]);
  const problems = new ProblemResponses(problemTable);
  const edge = {
    mode: auth.mode,
    identify: createIdentify(auth, systemClock),
    tickets: new Tickets(async () => new Uint8Array(32), systemClock),
    rateLimit: new RateLimit(0),
    streams: new EventStreams(),
    writer: new ResponseWriter(pino({ level: "silent" }), cors, new InFlight(1000), problems),
    cors,
    metrics: new Metrics(new Registry()),
  };
  registerRoutes(router.router, new HotRoutes(), twins, edge);
  const twin = createExpressServer(router, {}, () => {}).listen(0, "127.0.0.1");
  await once(twin, "listening");
  onTestFinished(() => twin.close().closeAllConnections());
  return asker(`http://127.0.0.1:${(twin.address() as AddressInfo).port}`);
};
