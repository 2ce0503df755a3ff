import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import { entityTag, hasVersion } from "./entity-tag.js";
import type { EdgeRequest, EdgeResponse, InFlight } from "./exchange.js";
import type { ProblemResponses } from "./problem-json.js";
import type { ProblemCode } from "./problems.js";
import { dataHeaders } from "./security-headers.js";

const exposedHeaders = "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id";

/** Which origins' scripts may read responses: exactly those in the settings, and never with cookies. */
export class Cors {
  private readonly origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.origins = new Set(origins);
  }

  /** Whether any origin is configured. */
  get isOn(): boolean {
    return this.origins.size > 0;
  }

  /** Returns the headers (name, value, …) of the response to this request. */
  headers({ headers: { origin } }: IncomingMessage): readonly string[] {
    if (origin === undefined || !this.origins.has(origin)) return ["Vary", "Origin"];
    return ["Vary", "Origin", "Access-Control-Allow-Origin", origin, "Access-Control-Expose-Headers", exposedHeaders];
  }

  /** Returns the additional headers of the response to `OPTIONS`. */
  preflight({ headers: { origin } }: IncomingMessage, allow: string): readonly string[] {
    if (origin === undefined || !this.origins.has(origin)) return [];
    return [
      "Access-Control-Allow-Methods",
      allow,
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id, X-User-Id",
      "Access-Control-Max-Age",
      "600",
    ];
  }
}

/** The request's path, for logs and problems: never its query, which may contain a ticket. */
export const pathOf = ({ url = "" }: EdgeRequest): string => {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
};

/** The media type of JSON responses. */
export const jsonType = "application/json; charset=utf-8";

type Revalidation = {
  readonly etag?: string | undefined;
  readonly headers?: readonly string[] | undefined;
  readonly security?: readonly string[] | undefined;
};

/** Writes every response: one `writeHead`, one `end`, then the request's log line and metrics. */
export class ResponseWriter {
  private readonly log: Logger;
  private readonly cors: Cors;
  private readonly inFlight: InFlight;
  private readonly problems: ProblemResponses;

  constructor(log: Logger, cors: Cors, inFlight: InFlight, problems: ProblemResponses) {
    this.log = log;
    this.cors = cors;
    this.inFlight = inFlight;
    this.problems = problems;
  }

  /**
   * Writes a response, which no cache may store unless its headers say otherwise. `headers` are (name, value, …). Does
   * nothing if headers were sent before.
   */
  write(
    response: EdgeResponse,
    status: number,
    type: string | undefined,
    body: string | Buffer,
    headers: readonly string[] = [],
    security: readonly string[] = dataHeaders,
  ): void {
    if (response.headersSent) return;
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const lines = this.head(response, security);
    lines.push(...headers);
    if (!headers.includes("Cache-Control")) lines.push("Cache-Control", "no-store");
    if (type !== undefined) lines.push("Content-Type", type);
    if (status !== 204 && status !== 304) lines.push("Content-Length", String(length));
    response.writeHead(status, lines);
    response.end(body);
    this.finished(response, status);
  }

  /** Writes a 200 that caches may store and must revalidate, or 304 if the client has this version. */
  revalidated(
    response: EdgeResponse,
    type: string,
    body: string,
    { etag = entityTag(body), headers = [], security = dataHeaders }: Revalidation = {},
  ): void {
    const lines = [...headers, "ETag", etag, "Cache-Control", "no-cache"];
    // The headers of a 304 replace the cached ones, so it has all of them.
    if (hasVersion(response.req.headers["if-none-match"], etag))
      this.write(response, 304, undefined, "", lines, security);
    else this.write(response, 200, type, body, lines, security);
  }

  json(response: EdgeResponse, status: number, body: unknown, headers?: readonly string[]): void {
    this.write(response, status, jsonType, JSON.stringify(body), headers);
  }

  /** Writes the problem that an error is. Unexpected errors are logged completely, and the caller sees none of them. */
  problem(response: EdgeResponse, error: unknown): ProblemCode {
    const { code, status, headers, body } = this.problems.of(error, response.req.requestId);
    if (status >= 500) {
      const level = status === 500 ? "error" : "warn";
      this.log[level]({ requestId: response.req.requestId, code, err: error }, "request failed");
    }
    // A body that has begun cannot become a problem; the client must see that it is incomplete.
    if (response.headersSent) response.destroy();
    else this.write(response, status, "application/problem+json", body, headers);
    return code;
  }

  /** Returns the headers of every response. */
  head(response: EdgeResponse, security: readonly string[] = dataHeaders): string[] {
    const { req } = response;
    const lines = [...security, "X-Request-Id", req.requestId];
    if (this.cors.isOn) lines.push(...this.cors.headers(req));
    if (this.inFlight.stopping) lines.push("Connection", "close");
    return lines;
  }

  /** Removes the deadline of a response. */
  noDeadline(response: EdgeResponse): void {
    this.inFlight.remove(response);
  }

  /** Logs and counts a request: after its response, or, for a stream, after its headers. */
  finished(response: EdgeResponse, status: number): void {
    const { req } = response;
    this.inFlight.remove(response);
    const ms = performance.now() - req.startedAt;
    req.meter?.observe(status, ms);
    if (!this.log.isLevelEnabled("info")) return;
    this.log.info(
      {
        requestId: req.requestId,
        method: req.method,
        path: pathOf(req),
        status,
        ms: Math.round(ms * 100) / 100,
        ...(req.shopper !== null && { shopper: req.shopper }),
      },
      "request",
    );
  }
}
