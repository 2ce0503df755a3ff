import { randomBytes } from "node:crypto";
import {
  createServer,
  IncomingMessage,
  type Server,
  type ServerOptions,
  ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Express } from "express";
import type { UserId } from "../../../domain/ids.js";
import type { RouteMeter } from "./metrics.js";
import { EdgeProblem, type ProblemResponses } from "./problem-json.js";
import type { ProblemCode } from "./problems.js";

/** A request with the adapter's notes as own fields: every request has the same shape, and no object is added to it. */
export interface EdgeRequest extends IncomingMessage {
  requestId: string;
  /** Milliseconds of `performance.now()`. */
  startedAt: number;
  /** The caller, once known; for the log. */
  shopper: UserId | null;
  meter: RouteMeter | null;
  /** Set by Express: decoded, not validated yet. */
  params: Record<string, string>;
}

export type EdgeResponse = ServerResponse<EdgeRequest>;

const safeRequestId = /^[A-Za-z0-9._-]{1,64}$/;
const requestIdPrefix = randomBytes(6).toString("base64url");
let requestIds = 0;

/** The caller's request id if it is safe in logs and headers, otherwise a new unique one. */
const requestIdOf = (given: string | string[] | undefined): string => {
  if (typeof given === "string" && safeRequestId.test(given)) return given;
  requestIds += 1;
  return `${requestIdPrefix}-${requestIds.toString(36)}`;
};

/** Replaces escapes that do not decode by plain text, so that a route matches the path and rejects its parameter. */
const decodable = (url: string): string => {
  const [path = ""] = url.split("?", 1);
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return path.replaceAll("%", "~") + url.slice(path.length);
  }
};

/**
 * Creates a server whose requests and responses have Express's prototypes from the start. Express sets the prototype of
 * every request and response with `Object.setPrototypeOf`, which makes V8 discard its optimizations: most of what
 * Express costs. Here that call changes nothing. `begin` runs before any route and may send the response itself; the
 * hot routes come before Express.
 */
export const createExpressServer = (
  app: Express,
  options: ServerOptions,
  begin: (response: EdgeResponse) => void,
  hotRoutes?: { readonly serve: (request: EdgeRequest, response: EdgeResponse) => boolean },
): Server => {
  class Request extends IncomingMessage {
    requestId = "";
    startedAt = 0;
    shopper: UserId | null = null;
    meter: RouteMeter | null = null;
    // Express adds these fields; declared here, they are part of the one shape.
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
  // The prototype chain: these classes, then Express's prototypes, then Node's.
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  app.request = Request.prototype as unknown as typeof app.request;
  app.response = Response.prototype as unknown as typeof app.response;

  const receive = (request: Request, response: Response) => {
    request.startedAt = performance.now();
    request.requestId = requestIdOf(request.headers["x-request-id"]);
    if (request.url?.includes("%")) request.url = decodable(request.url);
    begin(response as unknown as EdgeResponse);
    if (response.headersSent || hotRoutes?.serve(request as never, response as never)) return;
    app(request as never, response as never);
  };
  const server = createServer({ ...options, IncomingMessage: Request, ServerResponse: Response }, receive);
  // Expectations other than `100-continue` may be ignored (RFC 9110, 10.1.1); Node would reject them without a body.
  server.on("checkExpectation", receive);
  return server as unknown as Server;
};

const clientErrors: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};

/** Sends a problem for bytes that never became a request (not HTTP, headers too large or too slow), then disconnects. */
export const sendClientError = (problems: ProblemResponses, error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf(undefined);
  const problem = new EdgeProblem(clientErrors[error.code ?? ""] ?? "invalid-request");
  const { status, body } = problems.of(problem, requestId);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n${body}`,
  );
};

const sweepMs = 50;

/**
 * The requests without a response, oldest first, so that one timer finds those past their deadline.
 * A stream leaves when its headers are sent.
 */
export class InFlight {
  /** True from the moment the server begins to stop; responses then close their connections. */
  stopping = false;
  private readonly open = new Set<EdgeResponse>();
  private readonly deadlineMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }

  add(response: EdgeResponse): void {
    this.open.add(response);
  }

  remove(response: EdgeResponse): void {
    this.open.delete(response);
  }

  /** Calls `onDeadline` once for each request that has no response at its deadline. */
  start(onDeadline: (response: EdgeResponse) => void): void {
    this.timer = setInterval(() => {
      const dueAt = performance.now() - this.deadlineMs;
      for (const response of this.open) {
        if (response.req.startedAt > dueAt) break;
        this.open.delete(response);
        onDeadline(response);
      }
    }, sweepMs).unref();
  }

  /** Resolves when every request has its response, or after `ms`. */
  async idle(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (this.open.size > 0 && performance.now() < until) await sleep(20);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
