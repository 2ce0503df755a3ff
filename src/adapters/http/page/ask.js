import { credentials } from "./caller.js";
import { hearDate } from "./service-clock.js";

const patienceMs = 5000;
export const api = "/api/v1";

/** The service's no, with the problem's code and words. `code` is "unknown" where it was none of its problems. */
export class Refusal extends Error {
  constructor(status, { code = "unknown", title, detail, errors = [] }, retryAfter) {
    super(
      [title ?? `Status ${status}`, detail, ...errors.map(({ detail: fault }) => fault)].filter(Boolean).join(". "),
    );
    this.status = status;
    this.code = code;
    this.retryAfterMs = Number(retryAfter ?? 1) * 1000;
  }

  /** Whether it is none of the service's: a proxy closes the path, or has lost the service. */
  get isForeign() {
    return this.code === "unknown" && this.status < 500 && this.status !== 429;
  }

  /** Whether the same request may succeed by itself a little later. */
  get passes() {
    return this.status >= 500 || this.status === 429 || this.isForeign;
  }
}

const send = async (path, { method = "GET", body, as, signal, also } = {}) => {
  const response = await fetch(path, {
    method,
    headers: {
      ...credentials(as === "shopper"),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.any([AbortSignal.timeout(patienceMs), ...(signal ? [signal] : [])]),
  });
  hearDate(response.headers.get("date"));
  const type = response.headers.get("content-type") ?? "";
  if (response.ok || (response.status === also && type.startsWith("application/json"))) return response;
  const problem = type.startsWith("application/problem+json") ? await response.json() : {};
  throw new Refusal(response.status, problem, response.headers.get("retry-after"));
};

/** Asks for JSON. A JSON answer of the status `also` is as good as one of success. @throws Refusal the service's no; TypeError or DOMException no answer */
export const ask = async (path, options) => (await send(path, options)).json();

/** Asks for text. @throws as `ask` */
export const askText = async (path, options) => (await send(path, options)).text();

/** The items of a list, page by page, no more than `most`. @throws as `ask` */
export const askAll = async (path, most, options) => {
  const items = [];
  let cursor = null;
  do {
    const query = new URLSearchParams({ limit: "200", ...(cursor !== null && { cursor }) });
    const page = await ask(`${path}${path.includes("?") ? "&" : "?"}${query}`, options);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < most);
  return items;
};
