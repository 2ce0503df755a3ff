import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import express from "express";
import type { Logger } from "pino";
import type { Readiness } from "./api/probes.js";
import { problemTable } from "./api/problems.js";
import { type ApiNeeds, routeTables, tags } from "./api/routes.js";
import { registerDocs } from "./page/docs-page-routes.js";
import { registerLivePage } from "./page/live-page-routes.js";
import { type Auth, createIdentify, Tickets } from "./server/callers.js";
import type { Edge } from "./server/dispatch.js";
import { EventStreams, type StreamBounds } from "./server/event-stream.js";
import { createExpressServer, type EdgeResponse, InFlight, sendClientError } from "./server/exchange.js";
import type { GaugeSource, Metrics } from "./server/metrics.js";
import { openApiDocument } from "./server/openapi.js";
import { EdgeProblem, invalid, ProblemResponses } from "./server/problem-json.js";
import { RateLimit } from "./server/rate-limit.js";
import { Cors, ResponseWriter } from "./server/response-writer.js";
import type { RouteTable } from "./server/route.js";
import { HotRoutes, registerFallbacks, registerRoutes } from "./server/router.js";

/** What the HTTP server needs. */
export type HttpServerNeeds = {
  readonly application: ApiNeeds;
  /** Whether this node serves the API; otherwise it serves probes only. */
  readonly servesApi: boolean;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly auth: Auth;
  /** Reads the key that signs tickets; called until it succeeds. */
  readonly ticketKey: () => Promise<Uint8Array>;
  /** Requests per second; the burst is twice that; 0 turns the limit off. */
  readonly rateLimitPerShopper: number;
  readonly corsOrigins: readonly string[];
  /** ISO 4217; all amounts are in its minor unit. */
  readonly currency: string;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Logger;
  /** What `/metrics` shows; other parts count there too. */
  readonly metrics: Metrics;
  /** Values of other parts, for `/metrics`. */
  readonly gauges?: readonly GaugeSource[];
  readonly streamBounds?: Partial<StreamBounds>;
  /** Milliseconds that a response may take. Default: the contract's two seconds, less a margin for the 503. */
  readonly deadlineMs?: number;
};

const bounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  // Checked below instead, so that a missing header is a problem as every other error is.
  requireHostHeader: false,
};
const defaultDeadlineMs = 1800;

/** A request whose body has not arrived completely has no effect, so it gets 408 instead of 503. */
const problemAtDeadline = ({ req }: EdgeResponse): EdgeProblem =>
  req.complete
    ? new EdgeProblem("deadline-exceeded")
    : new EdgeProblem("request-timeout", { headers: ["Connection", "close"] });

/** The HTTP adapter: API, live page, documentation and probes. It listens between `start` and `stop`. */
export class HttpServer {
  /** Every route as data. */
  readonly tables: readonly RouteTable[];
  private readonly metrics: Metrics;
  private readonly server: Server;
  private readonly connections = new Set<Socket>();
  private readonly streams: EventStreams;
  private readonly inFlight: InFlight;
  private readonly writer: ResponseWriter;
  private readonly host: string;
  private readonly port: number;

  constructor(needs: HttpServerNeeds) {
    const { application, auth, readiness, metrics, currency } = needs;
    const { clock } = application;
    const problems = new ProblemResponses(problemTable);
    const cors = new Cors(needs.corsOrigins);
    const tickets = new Tickets(needs.ticketKey, clock);
    const inFlight = new InFlight(needs.deadlineMs ?? defaultDeadlineMs);
    const streams = new EventStreams(needs.streamBounds);
    const writer = new ResponseWriter(needs.log, cors, inFlight, problems);
    const tables = routeTables(application, { tickets, metrics, inFlight, readiness });
    this.host = needs.host;
    this.port = needs.port;
    this.metrics = metrics;
    this.inFlight = inFlight;
    this.streams = streams;
    this.writer = writer;
    this.tables = tables.filter(({ prefix }) => needs.servesApi || prefix === "");

    const app = express().disable("x-powered-by").set("query parser", false);
    app.enable("case sensitive routing").enable("strict routing");
    const begin = (response: EdgeResponse) => {
      inFlight.add(response);
      const { httpVersion, headers } = response.req;
      if (headers.host === undefined && httpVersion === "1.1")
        writer.problem(response, invalid({ pointer: "header/Host", detail: "is required" }));
    };
    const hotRoutes = new HotRoutes();
    this.server = createExpressServer(app, bounds, begin, hotRoutes);
    this.server.on("clientError", (error, socket) => sendClientError(problems, error, socket));
    this.server.on("connect", (_, socket) => sendClientError(problems, new Error("not a proxy"), socket));
    this.server.on("connection", (socket) => {
      this.connections.add(socket);
      socket.once("close", () => this.connections.delete(socket));
    });

    const identify = createIdentify(auth, clock, needs.log);
    const rateLimit = new RateLimit(needs.rateLimitPerShopper);
    const edge: Edge = { mode: auth.mode, identify, tickets, rateLimit, streams, writer, cors, metrics };
    registerRoutes(app.router, hotRoutes, this.tables, edge);
    registerLivePage(app.router, edge, currency);
    const api = { tables: this.tables, tags, problems: problemTable, currency };
    registerDocs(app.router, writer, openApiDocument(api, auth.mode));
    registerFallbacks(app.router, this.tables, edge);

    metrics.addGauge({
      name: "rushboard_sse_connections",
      help: "Open event streams.",
      read: () => new Map([["", streams.size]]),
    });
    for (const gauge of needs.gauges ?? []) metrics.addGauge(gauge);
  }

  /** Listens. @throws the error of `listen`, such as an address in use */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    this.metrics.start();
    this.streams.start();
    this.inFlight.start((response) => this.writer.problem(response, problemAtDeadline(response)));
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(this.port, this.host, resolve);
    });
    const { address, port } = this.server.address() as AddressInfo;
    return { host: address, port };
  }

  /**
   * Reports that it is not ready and ends the streams. While requests are in flight it keeps listening, for at most half
   * of `deadlineMs`, so that probes and new requests get responses. Then it stops listening, waits for the remaining
   * responses, and closes all connections at `deadlineMs`.
   */
  async stop(deadlineMs: number): Promise<void> {
    const deadline = setTimeout(() => this.server.closeAllConnections(), deadlineMs);
    this.inFlight.stopping = true;
    this.streams.stop();
    await this.inFlight.idle(deadlineMs / 2);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // After its last response a connection would stay idle until its keep-alive ends. Node does not count a connection
    // that never sent a request as idle, such as those that browsers open in advance.
    const closeIdle = setInterval(() => {
      this.server.closeIdleConnections();
      for (const connection of this.connections) if (connection.bytesRead === 0) connection.destroy();
    }, 20);
    await closed;
    clearTimeout(deadline);
    clearInterval(closeIdle);
    this.inFlight.stop();
    this.metrics.stop();
  }
}
