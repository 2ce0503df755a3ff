import type { IncomingMessage, ServerResponse } from "node:http";
import helmet, { type HelmetOptions } from "helmet";

/** Returns the headers that helmet would set, as (name, value, …) for `writeHead`; computed once, at start. */
const headersOf = (options: HelmetOptions): readonly string[] => {
  const headers: string[] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => {},
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error !== undefined) throw error;
  });
  return headers;
};

const policy = (directives: Readonly<Record<string, Iterable<string>>>) => ({
  useDefaults: false,
  directives: { "frame-ancestors": ["'none'"], ...directives },
});

/**
 * For JSON, text and streams: nothing in them may run, load or be framed. Headers that only matter for pages are left
 * out, because a rush sends every header many times.
 */
export const dataHeaders = headersOf({
  contentSecurityPolicy: policy({ "default-src": ["'none'"] }),
  xFrameOptions: { action: "deny" },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/** For pages: only files of this service, and inline styles, which Swagger UI sets on its elements. */
export const pageHeaders = headersOf({
  contentSecurityPolicy: policy({
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
  }),
  xFrameOptions: { action: "deny" },
});

/**
 * For the live page: only files of this service, nothing inline. Scripts may set no markup (trusted types, none of which
 * exist), because the page shows names that callers chose.
 */
export const livePageHeaders = headersOf({
  contentSecurityPolicy: policy({
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["'none'"],
  }),
  xFrameOptions: { action: "deny" },
});
