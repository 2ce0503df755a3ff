import type { Logger } from "pino";
import type { Cors } from "./cors.js";
import type { EdgeRequest, EdgeResponse } from "./exchange.js";
import type { InFlight } from "./in-flight.js";
import { problemAnswer } from "./problem-json.js";
import type { ProblemCode } from "./problem-table.js";
import { dataHeaders } from "./security-headers.js";

/** What is logged of a request: never its query, for tickets travel there. */
const pathOf = ({ url = "" }: EdgeRequest): string => {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
};

/** Writes every answer: one `writeHead`, one `end`, then the request's log line and figures. */
export class ResponseWriter {
  private readonly log: Logger;
  private readonly cors: Cors;
  private readonly inFlight: InFlight;

  constructor(log: Logger, cors: Cors, inFlight: InFlight) {
    this.log = log;
    this.cors = cors;
    this.inFlight = inFlight;
  }

  /** `headers` are (name, value, …). After headers are out, or the client is gone, nothing is written. */
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
    if (type !== undefined) lines.push("Content-Type", type);
    if (status !== 204 && status !== 304) lines.push("Content-Length", String(length));
    response.writeHead(status, lines);
    response.end(body);
    this.finished(response, status);
  }

  json(response: EdgeResponse, status: number, body: unknown, headers?: readonly string[]): void {
    this.write(response, status, "application/json; charset=utf-8", JSON.stringify(body), headers);
  }

  /** Answers an error; one that nobody expected is logged whole and told to nobody. */
  problem(response: EdgeResponse, error: unknown): ProblemCode {
    const { code, status, headers, body } = problemAnswer(error, response.req.requestId);
    if (status >= 500) {
      const level = status === 500 ? "error" : "warn";
      this.log[level]({ requestId: response.req.requestId, code, err: error }, "request failed");
    }
    // Once a body has begun, nothing can say *problem* in it: the client must see it break off.
    if (response.headersSent) response.destroy();
    else this.write(response, status, "application/problem+json", body, headers);
    return code;
  }

  /** The headers that every answer carries. */
  head(response: EdgeResponse, security: readonly string[] = dataHeaders): string[] {
    const { req } = response;
    const lines = [...security, "X-Request-Id", req.requestId];
    if (this.cors.isOn) lines.push(...this.cors.headers(req));
    if (this.inFlight.stopping) lines.push("Connection", "close");
    return lines;
  }

  /** Lets the answer take as long as it takes. */
  unhurried(response: EdgeResponse): void {
    this.inFlight.remove(response);
  }

  /** Ends a request's account: its log line and figures. A stream's is ended when it has begun. */
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
