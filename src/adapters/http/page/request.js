import { authHeaders } from "./caller.js";
import { recordServerDate } from "./service-clock.js";

const timeoutMs = 5000;
export const apiRoot = "/api/v1";

/** A response that is not successful. `code` is the problem's code, or "unknown" if the body is no problem document. */
export class RequestError extends Error {
  constructor(status, { code = "unknown", title, detail, errors = [] }, retryAfter) {
    super([title ?? `Status ${status}`, detail, ...errors.map((error) => error.detail)].filter(Boolean).join(". "));
    this.status = status;
    this.code = code;
    this.retryAfterMs = Number(retryAfter ?? 1) * 1000;
  }

  /** Whether a proxy sent this response: it blocks the path or cannot reach the service. */
  get isFromProxy() {
    return this.code === "unknown" && this.status < 500 && this.status !== 429;
  }

  /** Whether the same request may succeed later without a change by the user. */
  get isRetryable() {
    return this.status >= 500 || this.status === 429 || this.isFromProxy;
  }
}

const send = async (path, { method = "GET", body, as, signal, acceptStatus } = {}) => {
  const response = await fetch(path, {
    method,
    headers: {
      ...authHeaders(as === "shopper"),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
  });
  recordServerDate(response.headers.get("date"));
  const type = response.headers.get("content-type") ?? "";
  if (response.ok || (response.status === acceptStatus && type.startsWith("application/json"))) return response;
  const problem = type.startsWith("application/problem+json") ? await response.json() : {};
  throw new RequestError(response.status, problem, response.headers.get("retry-after"));
};

/**
 * Requests JSON. A JSON response with the status `acceptStatus` also counts as success.
 *
 * @throws RequestError if the response is not successful; TypeError or DOMException if there is no response
 */
export const requestJson = async (path, options) => (await send(path, options)).json();

/** Requests text. @throws as `requestJson` */
export const requestText = async (path, options) => (await send(path, options)).text();

/** Requests a list page by page until it ends or has at least `limit` items. @throws as `requestJson` */
export const requestAll = async (path, limit, options) => {
  const items = [];
  let cursor = null;
  do {
    const query = new URLSearchParams({ limit: "200", ...(cursor !== null && { cursor }) });
    const page = await requestJson(`${path}${path.includes("?") ? "&" : "?"}${query}`, options);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < limit);
  return items;
};
