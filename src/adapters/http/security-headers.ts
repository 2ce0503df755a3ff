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

const content = (directives: Readonly<Record<string, Iterable<string>>>): HelmetOptions => ({
  contentSecurityPolicy: { useDefaults: false, directives: { "frame-ancestors": ["'none'"], ...directives } },
  xFrameOptions: { action: "deny" },
});

/** For JSON and text: nothing in it may ever run or load. */
export const dataHeaders = headersOf(content({ "default-src": ["'none'"] }));

/** For own pages: only what this service itself serves; inline styles, which Swagger UI sets on its elements. */
export const pageHeaders = headersOf(
  content({
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
  }),
);
