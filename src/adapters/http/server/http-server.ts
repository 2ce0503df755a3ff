import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import express from "express";
import type { Logger } from "pino";
import { type ApiNeeds, apiTables, type Table } from "../api/api-tables.js";
import type { Readiness } from "../api/probes.js";
import { registerDocs } from "../page/docs-page-routes.js";
import { registerLivePage } from "../page/live-page-routes.js";
import { type Auth, createIdentify } from "./caller.js";
import { answerClientError } from "./client-error.js";
import { Cors } from "./cors.js";
import { EventStreams, type StreamBounds } from "./event-stream.js";
import { createExpressServer, type EdgeResponse } from "./exchange.js";
import { InFlight } from "./in-flight.js";
import type { Metrics, Reading } from "./metrics.js";
import { openApiDocument } from "./openapi.js";
import { EdgeProblem, invalid } from "./problem-json.js";
import { RateLimit } from "./rate-limit.js";
import { registerRest, registerRows } from "./register-routes.js";
import { ResponseWriter } from "./response-writer.js";
import { Tickets } from "./ticket.js";

/** Everything that the HTTP edge is given. */
export type HttpServerNeeds = {
  readonly application: ApiNeeds;
  /** Whether the API is served here; a node of other roles answers probes only. */
  readonly servesApi: boolean;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly auth: Auth;
  /** Reads the key that tickets are signed with; asked again until it answers. */
  readonly ticketKey: () => Promise<Uint8Array>;
  /** Requests a second, burst twice that, 0 = off. */
  readonly rateLimitPerShopper: number;
  readonly corsOrigins: readonly string[];
  readonly readiness: () => Promise<Readiness>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Figures of other parts, for `/metrics`. */
  readonly readings?: readonly Reading[];
  readonly streamBounds?: Partial<StreamBounds>;
  /** Milliseconds that a request may go unanswered; by default the contract's two seconds, less a margin to answer. */
  readonly deadlineMs?: number;
};

const bounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  // Asked for below, so that it is refused as everything else is.
  requireHostHeader: false,
};
const deadlineMs = 1800;

/** Of a request whose body has not come, nothing was begun, and nothing will be. */
const problemAtDeadline = ({ req }: EdgeResponse): EdgeProblem =>
  req.complete ? new EdgeProblem("deadline-exceeded") : new EdgeProblem("request-timeout", {}, ["Connection", "close"]);

/** The HTTP edge; it listens between `start` and `stop`. */
export class HttpServer {
  /** The whole API as data. */
  readonly tables: readonly Table[];
  private readonly server: Server;
  private readonly connections = new Set<Socket>();
  private readonly streams: EventStreams;
  private readonly inFlight: InFlight;
  /** What `/metrics` shows; other parts may count there too. */
  readonly metrics: Metrics;
  private readonly writer: ResponseWriter;
  private readonly host: string;
  private readonly port: number;

  constructor(needs: HttpServerNeeds) {
    const { application, auth, readiness } = needs;
    const { clock } = application;
    this.host = needs.host;
    this.port = needs.port;
    this.streams = new EventStreams(needs.streamBounds);
    this.inFlight = new InFlight(needs.deadlineMs ?? deadlineMs);
    this.metrics = needs.metrics;
    const cors = new Cors(needs.corsOrigins);
    this.writer = new ResponseWriter(needs.log, cors, this.inFlight);
    const tickets = new Tickets(needs.ticketKey, clock);
    const { metrics, inFlight, streams, writer } = this;
    const tables = apiTables(application, { tickets, metrics, inFlight, readiness });
    this.tables = tables.filter(({ prefix }) => needs.servesApi || prefix === "");

    const app = express().disable("x-powered-by").set("query parser", false);
    app.enable("case sensitive routing").enable("strict routing");
    this.server = createExpressServer(app, bounds, (response) => {
      inFlight.add(response);
      const { httpVersion, headers } = response.req;
      if (headers.host === undefined && httpVersion === "1.1")
        writer.problem(response, invalid({ pointer: "header/Host", detail: "missing" }));
    });
    this.server.on("clientError", answerClientError);
    this.server.on("connect", (_, socket) => answerClientError(new Error("no proxy"), socket));
    this.server.on("connection", (socket) => {
      this.connections.add(socket);
      socket.once("close", () => this.connections.delete(socket));
    });
    const rateLimit = new RateLimit(needs.rateLimitPerShopper);
    const edge = { mode: auth.mode, identify: createIdentify(auth, clock), tickets, rateLimit, streams, writer };
    registerRows(app.router, this.tables, edge, metrics);
    registerLivePage(app.router, writer, metrics, auth.mode);
    registerDocs(app.router, writer, openApiDocument(this.tables, auth.mode));
    registerRest(app.router, this.tables, writer, metrics, cors);

    metrics.show({
      name: "rushboard_sse_connections",
      help: "Event streams that are open.",
      read: () => new Map([["", streams.size]]),
    });
    for (const reading of needs.readings ?? []) metrics.show(reading);
  }

  /** Listens. @throws what `listen` meets, such as an address in use. */
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
   * Says that it is not ready, and ends the streams; while requests are under way it goes on listening, for at most half
   * of `deadlineMs`, so that probes and late comers are answered; then it waits for those, and hangs up at `deadlineMs`.
   */
  async stop(deadlineMs: number): Promise<void> {
    const late = setTimeout(() => this.server.closeAllConnections(), deadlineMs);
    this.inFlight.stopping = true;
    this.streams.stop();
    await this.inFlight.settled(deadlineMs / 2);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // A connection that answers its last request after `close` would idle until its keep-alive ends; one that never
    // asked, such as browsers open beforehand, is not idle in Node's eyes.
    const idle = setInterval(() => {
      this.server.closeIdleConnections();
      for (const connection of this.connections) if (connection.bytesRead === 0) connection.destroy();
    }, 20);
    await closed;
    clearTimeout(late);
    clearInterval(idle);
    this.inFlight.stop();
    this.metrics.stop();
  }
}
