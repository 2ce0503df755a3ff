import { z } from "zod";
import type { Auth } from "./callers.js";
import type { ProblemCode, ProblemEntry } from "./problems.js";
import { type Content, isRevalidated, parametersOf, pathParameters, type Route } from "./route.js";
import { components } from "./schemas.js";

export type Json = Readonly<Record<string, unknown>>;

export const componentPath = (id: string): string => `#/components/schemas/${id}`;

/** Returns the JSON Schema of a zod schema, or a reference if it is a component. */
const schemaOf = (schema: z.ZodType): Json => {
  const id = components.get(schema)?.id;
  if (id !== undefined) return { $ref: componentPath(id) };
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "output" });
  return json;
};

/** The problems of a route: its own, and those of its access, checks and limits. */
const problemsOf = (route: Route): readonly ProblemCode[] => {
  const { access, query, headers, body, path, rateLimited, ticketFor, problems = [] } = route;
  const codes = new Set<ProblemCode>(problems);
  // Only a transaction waits for another one.
  if (route.method !== "GET" && codes.has("engine-unavailable")) codes.add("resource-busy");
  if (access !== "public") codes.add("unauthorized");
  if (access === "admin" || access === "service") codes.add("forbidden");
  if (path.includes(":") || query || headers || body || ticketFor) codes.add("invalid-request");
  if (body) codes.add("request-timeout").add("payload-too-large").add("unsupported-media-type");
  if (rateLimited) codes.add("too-many-requests");
  return [...codes];
};

const problemResponses = (route: Route, table: Readonly<Record<ProblemCode, ProblemEntry>>): Json => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status } = table[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus]
    .filter(([status]) => route.responses[status] === undefined)
    .map(([status, codes]) => {
      const description = codes.map((code) => `\`${code}\`: ${table[code].title}`).join("; ");
      return [
        status,
        { description, content: { "application/problem+json": { schema: { $ref: componentPath("Problem") } } } },
      ];
    });
  return Object.fromEntries(responses);
};

const contentOf = (content: Content | null): Json => {
  if (content === null) return {};
  const [type, schema] =
    typeof content === "string" ? [content, { type: "string" }] : ["application/json", schemaOf(content)];
  return { content: { [type]: { schema } } };
};

const meanings: Readonly<Record<number, string>> = {
  200: "The current state",
  201: "Created; Location is its address",
  202: "Accepted; Location is the address to follow",
  204: "The stream has ended; do not reconnect",
  503: "Not available",
};

/** The name of an operation: `get_coupons_couponId_claims_me`. */
const operationId = (method: string, path: string): string =>
  [method.toLowerCase(), ...path.split(/\W+/).filter((word) => word !== "")].join("_");

/** Links to operations whose path parameters are fields of the response. */
const linksOf = ({ links = [] }: Route): Json => {
  if (links.length === 0) return {};
  const entries = links.map((link) => {
    const [method = "", path = ""] = link.split(" ");
    const parameters = Object.fromEntries(parametersOf(path).map((name) => [name, `$response.body#/${name}`]));
    const id = operationId(method, path);
    return [id, { operationId: id, parameters }];
  });
  return { links: Object.fromEntries(entries) };
};

const responses = (route: Route): Json =>
  Object.fromEntries(
    Object.entries(route.responses).map(([status, content]) => [
      status,
      {
        description:
          route.method === "DELETE" && status === "204" ? "Deleted" : (meanings[Number(status)] ?? "Response"),
        ...contentOf(content),
        ...(Number(status) < 300 && linksOf(route)),
      },
    ]),
  );

const fieldsOf = (place: "query" | "header", object: z.ZodObject | undefined): readonly Json[] =>
  Object.entries(object?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field as z.ZodType);
    return {
      name,
      in: place,
      required: !(field as z.ZodType).safeParse(undefined).success,
      ...(description !== undefined && { description }),
      schema,
    };
  });

const ticketParameter = {
  name: "ticket",
  in: "query",
  required: false,
  schema: { type: "string" },
  description: "The ticket in links.events; replaces the caller's header",
};

const parameters = ({ path, query, headers, ticketFor }: Route): readonly Json[] => [
  ...parametersOf(path).map((name) => ({
    name,
    in: "path",
    required: true,
    schema: schemaOf(pathParameters[name]),
  })),
  ...fieldsOf("query", query),
  ...fieldsOf("header", headers),
  ...(ticketFor === undefined ? [] : [ticketParameter]),
];

const security = ({ access, ticketFor }: Route, mode: Auth["mode"]): readonly Json[] => {
  if (access === "public" || (mode === "open" && access !== "shopper")) return [];
  const roles = access === "admin" ? ["admin"] : access === "service" ? ["service"] : [];
  const own = mode === "open" ? { userId: [] } : { bearer: roles };
  return ticketFor === undefined ? [own] : [own, { ticket: [] }];
};

/** Returns a route's operation object. */
export const operation = (
  route: Route,
  tag: string,
  mode: Auth["mode"],
  problems: Readonly<Record<ProblemCode, ProblemEntry>>,
): Json => ({
  operationId: operationId(route.method, route.path),
  summary: route.summary,
  ...(route.description !== undefined && { description: route.description }),
  tags: [tag],
  security: security(route, mode),
  "x-access": route.access,
  parameters: parameters(route),
  ...(route.body && {
    requestBody: {
      required: !route.body.safeParse(undefined).success,
      content: {
        "application/json": {
          schema: schemaOf(route.body),
          ...(route.example !== undefined && { example: route.example }),
        },
      },
    },
  }),
  responses: {
    ...responses(route),
    ...(isRevalidated(route) && { 304: { description: "If-None-Match has the ETag of the current response" } }),
    ...problemResponses(route, problems),
  },
});
