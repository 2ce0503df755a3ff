import type { Request } from "express";
import type { UserId } from "../../../domain/ids.js";
import { type Auth, type Caller, type Identify, unauthorized } from "./caller.js";
import { EventStream, type EventStreams } from "./event-stream.js";
import type { EdgeRequest, EdgeResponse } from "./exchange.js";
import type { RouteMeter } from "./metrics.js";
import { EdgeProblem } from "./problem-json.js";
import type { RateLimit } from "./rate-limit.js";
import { checkBody, checkHeaders, checkParams, checkQuery } from "./request-checks.js";
import type { ResponseWriter } from "./response-writer.js";
import { type Answer, isStream, type Route } from "./route.js";
import type { Ticketed, Tickets } from "./ticket.js";

/** What every route is served with. */
export type Edge = {
  readonly mode: Auth["mode"];
  readonly identify: Identify;
  readonly tickets: Tickets;
  readonly rateLimit: RateLimit;
  readonly streams: EventStreams;
  readonly writer: ResponseWriter;
};

/** What a handler sees of its request: one object, whose rarer parts cost nothing until they are asked for. */
class RequestContext {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly shopper: UserId | null;
  private readonly response: EdgeResponse;
  private readonly edge: Edge;

  constructor(query: unknown, headers: unknown, body: unknown, response: EdgeResponse, edge: Edge) {
    this.params = response.req.params;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.shopper = response.req.shopper;
    this.response = response;
    this.edge = edge;
  }

  get lastEventId(): string | undefined {
    return this.response.req.headers["last-event-id"] as string | undefined;
  }

  accepts(types: readonly string[]): string | undefined {
    return (this.response.req as unknown as Request).accepts([...types]) || undefined;
  }

  openStream(): EventStream {
    return this.edge.streams.take(this.response, this.shopper, this.edge.writer);
  }
}

const mayNot = ({ access }: Route, { admin, service }: Caller): boolean =>
  (access === "admin" && !admin) || (access === "service" && !service && !admin);

const write = (writer: ResponseWriter, response: EdgeResponse, answer: Answer): void => {
  if (answer instanceof EventStream) return;
  if ("text" in answer) writer.write(response, answer.status, answer.type, answer.text, [], answer.security);
  else if (answer.body === undefined) writer.write(response, answer.status, undefined, "", answer.headers);
  else writer.json(response, answer.status, answer.body, answer.headers);
};

/** Serves one row: who asks (401), may they (403), how often (429), what they say (400), then its handler. */
export const dispatch = (row: Route, edge: Edge, meter: RouteMeter) => {
  const { writer, rateLimit, tickets, identify, mode } = edge;
  const { access, ticketFor, limited, unhurried, outcome } = row;
  const streaming = isStream(row);
  const [params, query, headers, body] = [checkParams(row), checkQuery(row), checkHeaders(row), checkBody(row)];

  const byTicket = async (request: EdgeRequest, thing: Ticketed): Promise<Caller> => {
    // Read leniently: a query that is wrong is told of after the caller is known.
    const ticket = new URL(request.url ?? "", "http://localhost").searchParams.get("ticket");
    if (ticket === null) return identify(request.headers);
    const shopper = await tickets.shopper(ticket, thing, request.params[thing] ?? "");
    if (shopper === undefined) throw unauthorized(mode, "ticket not accepted");
    return { shopper, admin: false, service: false };
  };

  const admit = (request: EdgeRequest, caller: Caller): void => {
    request.shopper = caller.shopper;
    if (access === "shopper" && caller.shopper === null) throw unauthorized(mode);
    if (mayNot(row, caller)) throw new EdgeProblem("forbidden");
    if (limited && caller.shopper !== null) rateLimit.take(caller.shopper, request.startedAt);
  };

  // Errors are answered here: given to Express, each would first be matched against all routes that follow. What is
  // known at once is not awaited, and the handler's context is the one object made.
  return async (request: EdgeRequest, response: EdgeResponse): Promise<void> => {
    request.meter = meter;
    try {
      if (access !== "public") {
        const caller = ticketFor === undefined ? identify(request.headers) : byTicket(request, ticketFor);
        admit(request, caller instanceof Promise ? await caller : caller);
      }
      params(request.params);
      const asked = query(request.url ?? "");
      const sent = headers(request);
      const reading = body(request);
      const told = reading === undefined ? undefined : await reading;
      // A body that came after the deadline: its sender was told that it did not, and may have sent it again.
      if (response.headersSent) return;
      if (streaming && request.method === "HEAD")
        throw new EdgeProblem("method-not-allowed", {}, ["Allow", "GET, OPTIONS"]);
      if (unhurried) writer.unhurried(response);
      const answer = await row.handle(new RequestContext(asked, sent, told, response, edge));
      write(writer, response, answer);
      outcome?.(answer);
    } catch (error) {
      const code = writer.problem(response, error);
      outcome?.(code);
    }
  };
};
