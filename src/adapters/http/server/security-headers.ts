import type { IncomingMessage, ServerResponse } from "node:http";
import helmet, { type HelmetOptions } from "helmet";

/** What helmet would set on a response, as (name, value, …) that one `writeHead` takes: worked out once, at start. */
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
 * For JSON, text and streams: nothing in it may ever run, load or be framed. What only a page could heed is left out,
 * for a rush pays for every header.
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

/** For own pages: only what this service itself serves; inline styles, which Swagger UI sets on its elements. */
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
 * For the live page: its own files and nothing inline. Scripts may set no markup at all (trusted types of which there
 * are none), for what it shows was named by others.
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
