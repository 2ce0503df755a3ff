import type { IncomingMessage } from "node:http";

const exposed = "Location, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id";

/** Which origins' scripts may read answers: exactly those configured, and none with cookies (there are none). */
export class Cors {
  private readonly origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.origins = new Set(origins);
  }

  /** Whether there is any such origin. */
  get isOn(): boolean {
    return this.origins.size > 0;
  }

  /** Headers (name, value, …) for an answer to this request, where any origin is configured. */
  headers(request: IncomingMessage): readonly string[] {
    const { origin } = request.headers;
    if (origin === undefined || !this.origins.has(origin)) return ["Vary", "Origin"];
    return ["Vary", "Origin", "Access-Control-Allow-Origin", origin, "Access-Control-Expose-Headers", exposed];
  }

  /** Headers for the answer to `OPTIONS`, beside those of every answer. */
  preflight(request: IncomingMessage, allow: string): readonly string[] {
    const { origin } = request.headers;
    if (origin === undefined || !this.origins.has(origin)) return [];
    return [
      "Access-Control-Allow-Methods",
      allow,
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id, X-User-Id",
      "Access-Control-Max-Age",
      "600",
    ];
  }
}
