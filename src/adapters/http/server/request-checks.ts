import type { z } from "zod";
import type { EdgeRequest } from "./exchange.js";
import { hasNoBody, readJson } from "./json-body.js";
import { type Fault, invalid } from "./problem-json.js";
import { parseQuery } from "./query-string.js";
import { parametersOf, pathParameters, type Route } from "./route.js";

const bodyLimitBytes = 16 * 1024;

const faultsOf = (error: z.ZodError, at: (path: readonly PropertyKey[]) => string): readonly Fault[] =>
  error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ pointer: at([...issue.path, key]), detail: "unknown" }))
      : [{ pointer: at(issue.path), detail: issue.message }],
  );

const inBody = (path: readonly PropertyKey[]): string =>
  ["#", ...path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
const inHeader = (path: readonly PropertyKey[]): string => ["header", ...path.map(String)].join("/");
const inQuery = (path: readonly PropertyKey[]): string => ["query", ...path.map(String)].join("/");

/** Throws `invalid-request` where a parameter of the path cannot be one. */
export const checkParams = ({ path }: Route): ((params: Readonly<Record<string, string>>) => void) => {
  // A rush asks for one thing over and over, so the value that was good last is not looked at again.
  const checks = parametersOf(path).map((name) => ({ name, good: "" }));
  return (params) => {
    for (const check of checks) {
      const { name } = check;
      const value = params[name] ?? "";
      if (value === check.good && value !== "") continue;
      const parsed = pathParameters[name].safeParse(value);
      if (!parsed.success) throw invalid(...faultsOf(parsed.error, () => `path/${name}`));
      check.good = value;
    }
  };
};

/** Reads what the row takes of the query; a ticket, where it takes one, was read before. */
export const checkQuery = ({ query: schema, ticketFor, anyQuery }: Route): ((url: string) => unknown) => {
  if (anyQuery) return () => undefined;
  // As with parameters: many ask the same, and what was read last is not read again.
  let good: { readonly url: string; readonly query: unknown } = { url: "", query: undefined };
  return (url) => {
    if (schema === undefined && !url.includes("?")) return undefined;
    if (url === good.url && url !== "") return good.query;
    const { ticket, ...others } = parseQuery(url);
    const given = ticketFor === undefined && ticket !== undefined ? { ...others, ticket } : others;
    if (schema === undefined) {
      const [unknown] = Object.keys(given);
      if (unknown !== undefined) throw invalid({ pointer: inQuery([unknown]), detail: "unknown" });
      return undefined;
    }
    const parsed = schema.safeParse(given);
    if (!parsed.success) throw invalid(...faultsOf(parsed.error, inQuery));
    good = { url, query: parsed.data };
    return parsed.data;
  };
};

/** Reads the headers that the row itself takes, each once: of one that comes twice a proxy and we could take two. */
export const checkHeaders = ({ headers: schema }: Route): ((request: EdgeRequest) => unknown) => {
  if (schema === undefined) return () => undefined;
  const names = Object.keys(schema.shape);
  return ({ headersDistinct }) => {
    const given = names.map((name) => {
      const [first, ...others] = headersDistinct[name.toLowerCase()] ?? [];
      if (others.length > 0) throw invalid({ pointer: inHeader([name]), detail: "given more than once" });
      return [name, first];
    });
    const parsed = schema.safeParse(Object.fromEntries(given));
    if (!parsed.success) throw invalid(...faultsOf(parsed.error, inHeader));
    return parsed.data;
  };
};

/** Reads and checks the body, where there is one to read; a row without one ignores what is sent. */
export const checkBody = ({
  body: schema,
  bodyLimit = bodyLimitBytes,
}: Route): ((request: EdgeRequest) => Promise<unknown> | undefined) => {
  if (schema === undefined) return () => undefined;
  const mayBeNone = schema.safeParse(undefined).success;
  const read = async (request: EdgeRequest): Promise<unknown> => {
    const parsed = schema.safeParse(await readJson(request, bodyLimit));
    if (!parsed.success) throw invalid(...faultsOf(parsed.error, inBody));
    return parsed.data;
  };
  return (request) => (mayBeNone && hasNoBody(request) ? undefined : read(request));
};
