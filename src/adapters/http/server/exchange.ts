import { createServer, IncomingMessage, type Server, type ServerOptions, ServerResponse } from "node:http";
import type { Express } from "express";
import type { UserId } from "../../../domain/ids.js";
import type { RouteMeter } from "./metrics.js";
import { requestIdOf } from "./request-id.js";

/** What the edge notes on a request, in fields of one shape: no object beside it, whatever the route. */
export interface EdgeRequest extends IncomingMessage {
  requestId: string;
  /** Milliseconds of `performance.now()`. */
  startedAt: number;
  /** Who asks, once known; for the log. */
  shopper: UserId | null;
  meter: RouteMeter | null;
  /** Set by Express: decoded, still unchecked. */
  params: Record<string, string>;
}

export type EdgeResponse = ServerResponse<EdgeRequest>;

/** The path with escapes that do not decode made plain text, so that a route still matches and refuses it in turn. */
const legible = (url: string): string => {
  const [path = ""] = url.split("?", 1);
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return path.replaceAll("%", "~") + url.slice(path.length);
  }
};

/**
 * A server whose requests and responses are born with Express's prototypes. Express gives every request and response
 * its own with `Object.setPrototypeOf`, which makes V8 drop what it had learnt about them: most of what Express costs.
 * Born right, that call changes nothing. `begin` is told of each request before any route, and may answer it.
 */
export const createExpressServer = (
  app: Express,
  options: ServerOptions,
  begin: (response: EdgeResponse) => void,
): Server => {
  class Request extends IncomingMessage {
    requestId = "";
    startedAt = 0;
    shopper: UserId | null = null;
    meter: RouteMeter | null = null;
    // Express's own, here so that every request has one shape.
    params = {};
    baseUrl = "";
    originalUrl = "";
    next: unknown = undefined;
    route: unknown = undefined;
    res: unknown = undefined;
  }
  class Response extends ServerResponse<Request> {
    locals = {};
  }
  // Once, at start: our classes come before Express's prototypes, and these before Node's.
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  app.request = Request.prototype as unknown as typeof app.request;
  app.response = Response.prototype as unknown as typeof app.response;

  const receive = (request: Request, response: Response) => {
    request.startedAt = performance.now();
    request.requestId = requestIdOf(request.headers["x-request-id"]);
    if (request.url?.includes("%")) request.url = legible(request.url);
    begin(response as unknown as EdgeResponse);
    if (!response.headersSent) app(request as never, response as never);
  };
  const server = createServer({ ...options, IncomingMessage: Request, ServerResponse: Response }, receive);
  // What a client expects beyond `100-continue` may be passed over (RFC 9110, 10.1.1); Node would refuse it in silence.
  server.on("checkExpectation", receive);
  return server as unknown as Server;
};
