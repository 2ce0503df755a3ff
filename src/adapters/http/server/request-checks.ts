import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { EdgeRequest } from "./exchange.js";
import { EdgeProblem, type Fault, invalid } from "./problem-json.js";
import { parametersOf, pathParameters, type Route } from "./route.js";
import { validate } from "./validation.js";

const defaultBodyLimitBytes = 16 * 1024;
/** Greatest nesting of objects and arrays; the API's own bodies need three levels. */
const maxLevels = 16;
const utf8 = new TextDecoder("utf-8", { fatal: true });
const jsonContent = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Returns a check of the path's parameters. @throws EdgeProblem `invalid-request` */
export const checkParams = ({ path }: Route): ((params: Readonly<Record<string, string>>) => void) => {
  const names = parametersOf(path);
  const schema = z.object(Object.fromEntries(names.map((name) => [name, pathParameters[name]])));
  // A rush repeats one path, so the last valid values are not validated again.
  let valid: Readonly<Record<string, unknown>> = {};
  return (params) => {
    if (names.every((name) => params[name] === valid[name])) return;
    valid = validate(schema, "path", { ...params });
  };
};

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
};

/**
 * The keys and values of a URL's query. A repeated key is rejected: a proxy may read such a query differently.
 * @throws EdgeProblem `invalid-request`
 */
const parseQuery = (url: string): Readonly<Record<string, string>> => {
  const values: Record<string, string> = Object.create(null);
  const start = url.indexOf("?");
  if (start === -1) return values;
  const faults: Fault[] = [];
  for (const pair of url.slice(start + 1).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? "" : pair.slice(equals + 1));
    if (key === undefined || value === undefined)
      faults.push({ pointer: "query", detail: "must be percent-encoded UTF-8" });
    else if (key in values) faults.push({ pointer: `query/${key}`, detail: "must not be repeated" });
    else values[key] = value;
  }
  if (faults.length > 0) throw invalid(...faults);
  return values;
};

/** Returns a reader of the query. @throws EdgeProblem `invalid-request` */
export const checkQuery = ({
  query,
  ticketFor,
  ignoresQuery,
}: Pick<Route, "query" | "ticketFor" | "ignoresQuery">): ((url: string) => unknown) => {
  if (ignoresQuery) return () => undefined;
  const schema = query ?? z.strictObject({});
  // Many requests repeat one URL, so the last valid query is not parsed again.
  let valid: { readonly url: string; readonly query: unknown } = { url: "", query: undefined };
  return (url) => {
    if (query === undefined && !url.includes("?")) return undefined;
    if (url === valid.url) return valid.query;
    const { ticket, ...others } = parseQuery(url);
    // A ticket was checked with the caller; routes without tickets reject it as unknown.
    const given = ticketFor === undefined && ticket !== undefined ? { ...others, ticket } : others;
    valid = { url, query: validate<unknown>(schema, "query", given) };
    return valid.query;
  };
};

/** Returns a reader of the headers that the route uses. @throws EdgeProblem `invalid-request`, also if one is repeated */
export const checkHeaders = ({ headers: schema }: Pick<Route, "headers">): ((request: EdgeRequest) => unknown) => {
  if (schema === undefined) return () => undefined;
  const names = Object.keys(schema.shape);
  return ({ headersDistinct }) => {
    const given = names.map((name) => {
      const [value, ...others] = headersDistinct[name.toLowerCase()] ?? [];
      if (others.length > 0) throw invalid({ pointer: `header/${name}`, detail: "must not be repeated" });
      return [name, value];
    });
    return validate<unknown>(schema, "header", Object.fromEntries(given));
  };
};

const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && (headers["content-length"] ?? "0") === "0";

const tooLarge = (limit: number) =>
  new EdgeProblem("payload-too-large", {
    detail: `The body must be at most ${limit} bytes.`,
    facts: { limit },
    headers: ["Connection", "close"],
  });

const readBytes = (request: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else reject(tooLarge(limit));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(invalid({ pointer: "#", detail: "must arrive completely" })));
  });

const deeperThan = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => deeperThan(inner, levels - 1)));

/**
 * Reads the request's JSON; `undefined` if there is no body.
 * @throws EdgeProblem `unsupported-media-type`, `payload-too-large` (more than `limit` bytes), `invalid-request`
 */
const readJson = async (request: IncomingMessage, limit: number): Promise<unknown> => {
  if (hasNoBody(request)) return undefined;
  const { headers } = request;
  const { "content-type": type, "content-encoding": encoding = "identity" } = headers;
  if (type === undefined || !jsonContent.test(type)) {
    const given = type === undefined ? "is missing" : `is ${JSON.stringify(type)}`;
    throw new EdgeProblem("unsupported-media-type", { detail: `Content-Type must be application/json, but ${given}.` });
  }
  if (encoding !== "identity") {
    const detail = `Content-Encoding must be absent, but is ${JSON.stringify(encoding)}.`;
    throw new EdgeProblem("unsupported-media-type", { detail });
  }
  if (Number(headers["content-length"]) > limit) throw tooLarge(limit);
  const bytes = await readBytes(request, limit);
  if (bytes.length === 0) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(utf8.decode(bytes));
  } catch {
    throw invalid({ pointer: "#", detail: "must be JSON in UTF-8" });
  }
  if (deeperThan(body, maxLevels))
    throw invalid({ pointer: "#", detail: `must be nested at most ${maxLevels} levels deep` });
  return body;
};

/** Returns a reader of the body; a route without a body ignores what is sent. @throws EdgeProblem */
export const checkBody = ({
  body: schema,
  bodyLimit = defaultBodyLimitBytes,
}: Pick<Route, "body" | "bodyLimit">): ((request: EdgeRequest) => Promise<unknown> | undefined) => {
  if (schema === undefined) return () => undefined;
  const isOptional = schema.safeParse(undefined).success;
  return (request) =>
    isOptional && hasNoBody(request)
      ? undefined
      : readJson(request, bodyLimit).then((given) => validate<unknown>(schema, "body", given));
};
