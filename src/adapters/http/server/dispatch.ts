import type { Request } from "express";
import type { Operator } from "../../../domain/admin-log.js";
import type { UserId } from "../../../domain/ids.js";
import {
  type Auth,
  type Caller,
  type Identify,
  noCredentials,
  type Ticketed,
  type Tickets,
  unauthorized,
} from "./callers.js";
import { EventStream, type EventStreams } from "./event-stream.js";
import type { EdgeRequest, EdgeResponse } from "./exchange.js";
import type { Metrics, RouteMeter } from "./metrics.js";
import { EdgeProblem } from "./problem-json.js";
import type { RateLimit } from "./rate-limit.js";
import { checkBody, checkHeaders, checkParams, checkQuery } from "./request-checks.js";
import { type Cors, jsonType, type ResponseWriter } from "./response-writer.js";
import { isRevalidated, isStream, type Route, type RouteResponse } from "./route.js";

/** What every route is served with. */
export type Edge = {
  readonly mode: Auth["mode"];
  readonly identify: Identify;
  readonly tickets: Tickets;
  readonly rateLimit: RateLimit;
  readonly streams: EventStreams;
  readonly writer: ResponseWriter;
  readonly cors: Cors;
  readonly metrics: Metrics;
};

/** What a handler receives: one object, whose rarely used parts are computed on demand. */
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

  get operator(): Operator {
    const { shopper, requestId } = this.response.req;
    return { userId: shopper, requestId };
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

/** Throws 403 if the caller has none of the roles that may use the route. */
const checkRole = ({ access }: Pick<Route, "access">, { admin, service }: Caller): void => {
  if (access === "admin" && !admin)
    throw new EdgeProblem("forbidden", { detail: "This route requires the role admin." });
  if (access === "service" && !service && !admin)
    throw new EdgeProblem("forbidden", { detail: "This route requires the role service or admin." });
};

const write = (writer: ResponseWriter, response: EdgeResponse, result: RouteResponse): void => {
  if (result instanceof EventStream) return;
  if ("text" in result)
    writer.write(response, result.status, result.type, result.text, result.headers, result.security);
  else if (result.body === undefined) writer.write(response, result.status, undefined, "", result.headers);
  else writer.json(response, result.status, result.body, result.headers);
};

/** As `write`, for a route whose successful responses caches may store. */
const writeRevalidated = (writer: ResponseWriter, response: EdgeResponse, result: RouteResponse): void => {
  if (result instanceof EventStream || result.status !== 200) write(writer, response, result);
  else if ("text" in result) writer.revalidated(response, result.type, result.text, result);
  else writer.revalidated(response, jsonType, JSON.stringify(result.body), result);
};

/** Returns the function that serves one route. Its checks run in the contract's order: 401, 403, 429, 400, then the handler's. */
export const dispatch = (route: Route, edge: Edge, meter: RouteMeter) => {
  const { writer, rateLimit, tickets, identify, mode } = edge;
  const { access, ticketFor, rateLimited, noDeadline, onOutcome } = route;
  const streams = isStream(route);
  const writeResult = isRevalidated(route) ? writeRevalidated : write;
  const [readParams, readQuery, readHeaders, readBody] = [
    checkParams(route),
    checkQuery(route),
    checkHeaders(route),
    checkBody(route),
  ];

  const callerByTicket = async (request: EdgeRequest, kind: Ticketed): Promise<Caller> => {
    // Parsed leniently, because an invalid query (400) is reported after an unknown caller (401).
    const ticket = new URL(request.url ?? "", "http://localhost").searchParams.get("ticket");
    if (ticket === null) return identify(request.headers);
    const shopper = await tickets.shopper(ticket, kind, request.params[kind] ?? "");
    if (shopper === undefined)
      throw unauthorized(mode, "The ticket is expired or does not belong to this stream.", "ticket not accepted");
    return { shopper, admin: false, service: false };
  };

  const admit = (request: EdgeRequest, caller: Caller): void => {
    request.shopper = caller.shopper;
    if (access === "shopper" && caller.shopper === null) throw noCredentials(mode);
    checkRole(route, caller);
    if (rateLimited && caller.shopper !== null) rateLimit.take(caller.shopper, request.startedAt);
  };

  // Errors are caught here: Express would match a rejected request against every later route first. Values that are
  // known synchronously are not awaited.
  return async (request: EdgeRequest, response: EdgeResponse): Promise<void> => {
    request.meter = meter;
    try {
      if (access !== "public") {
        const caller = ticketFor === undefined ? identify(request.headers) : callerByTicket(request, ticketFor);
        admit(request, caller instanceof Promise ? await caller : caller);
      }
      readParams(request.params);
      const query = readQuery(request.url ?? "");
      const headers = readHeaders(request);
      const reading = readBody(request);
      const body = reading === undefined ? undefined : await reading;
      // The body arrived after the deadline: its sender received 408 and may have sent it again.
      if (response.headersSent) return;
      if (streams && request.method === "HEAD") throw methodNotAllowed(request, "GET, OPTIONS");
      if (noDeadline) writer.noDeadline(response);
      const handling = route.handle(new RequestContext(query, headers, body, response, edge));
      const result = handling instanceof Promise ? await handling : handling;
      writeResult(writer, response, result);
      onOutcome?.(result);
    } catch (error) {
      const code = writer.problem(response, error);
      onOutcome?.(code);
    }
  };
};

/** A 405. @param allow the methods that the path accepts */
export const methodNotAllowed = ({ method }: EdgeRequest, allow: string): EdgeProblem =>
  new EdgeProblem("method-not-allowed", {
    detail: `The method ${method} is not allowed here; use ${allow}.`,
    headers: ["Allow", allow],
  });
