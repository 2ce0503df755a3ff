import type { IncomingMessage } from "node:http";
import { EdgeProblem, invalid } from "./problem-json.js";

/** Deepest nesting of objects and arrays; the API's own bodies need three. */
const greatestDepth = 16;
const utf8 = new TextDecoder("utf-8", { fatal: true });
const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

const deeperThan = (value: unknown, depth: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (depth === 0 || Object.values(value).some((inner) => deeperThan(inner, depth - 1)));

/** Whether the request announces no body at all. */
export const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && (headers["content-length"] ?? "0") === "0";

const tooLarge = (limit: number) => new EdgeProblem("payload-too-large", { limit }, ["Connection", "close"]);

const read = (request: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else reject(tooLarge(limit));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(invalid({ pointer: "#", detail: "the body broke off" })));
  });

/**
 * The request's JSON, still unchecked in shape; `undefined` where there is none.
 * @throws EdgeProblem `unsupported-media-type`, `payload-too-large` (more than `limit` bytes), `invalid-request`.
 */
export const readJson = async (request: IncomingMessage, limit: number): Promise<unknown> => {
  if (hasNoBody(request)) return undefined;
  const { headers } = request;
  if (!jsonType.test(headers["content-type"] ?? "") || (headers["content-encoding"] ?? "identity") !== "identity")
    throw new EdgeProblem("unsupported-media-type");
  if (Number(headers["content-length"]) > limit) throw tooLarge(limit);
  const bytes = await read(request, limit);
  if (bytes.length === 0) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(utf8.decode(bytes));
  } catch {
    throw invalid({ pointer: "#", detail: "the body is not JSON in UTF-8" });
  }
  if (deeperThan(body, greatestDepth))
    throw invalid({ pointer: "#", detail: `the body nests deeper than ${greatestDepth} levels` });
  return body;
};
