import { z } from "zod";
import { named } from "./api-schemas.js";
import type { Auth } from "./caller.js";
import { type ProblemCode, problemTable } from "./problem-table.js";
import { type Content, parametersOf, pathParameters, type Route } from "./route.js";

type Json = Readonly<Record<string, unknown>>;

const at = (id: string): string => `#/components/schemas/${id}`;
const isUnderName = (schema: z.ZodType): string | undefined => named.get(schema)?.id;

/** JSON Schema of a zod schema; what has a name is referred to. */
const described = (schema: z.ZodType): Json => {
  const id = isUnderName(schema);
  if (id !== undefined) return { $ref: at(id) };
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "output" });
  return json;
};

const components = (): Json => {
  const { schemas } = z.toJSONSchema(named, { io: "output", uri: at });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema as unknown]),
  );
};

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "code", "requestId"],
  properties: {
    type: { type: "string", format: "uri-reference" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", enum: Object.keys(problemTable) },
    instance: { type: "string" },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: { pointer: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};

/** The codes that access, checks and limits add to what the row itself may refuse with. */
const problemsOf = ({
  access,
  query,
  headers,
  body,
  path,
  limited,
  ticketFor,
  problems = [],
}: Route): readonly ProblemCode[] => {
  const codes = new Set<ProblemCode>(problems);
  if (access !== "public") codes.add("unauthorized");
  if (access === "admin" || access === "service") codes.add("forbidden");
  if (path.includes(":") || query || headers || body || ticketFor) codes.add("invalid-request");
  if (body) codes.add("request-timeout").add("payload-too-large").add("unsupported-media-type");
  if (limited) codes.add("too-many-requests");
  return [...codes];
};

const problemAnswers = (route: Route): Json => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status } = problemTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => route.answers[status] === undefined)
      .map(([status, codes]) => [
        status,
        {
          description: codes.map((code) => `\`${code}\`: ${problemTable[code].title}`).join("; "),
          content: { "application/problem+json": { schema: { $ref: at("Problem") } } },
        },
      ]),
  );
};

const content = (answer: Content | null): Json => {
  if (answer === null) return {};
  const [type, schema] =
    typeof answer === "string" ? [answer, { type: "string" }] : ["application/json", described(answer)];
  return { content: { [type]: { schema } } };
};

const meanings: Readonly<Record<number, string>> = {
  200: "As it stands",
  201: "Created; Location names it",
  202: "Accepted; Location names what to follow",
  204: "Nothing more to tell",
  503: "Not available",
};

const answers = (route: Route): Json =>
  Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [
      status,
      { description: meanings[Number(status)] ?? "Answer", ...content(answer) },
    ]),
  );

const fieldsOf = (place: "query" | "header", object: z.ZodObject | undefined): readonly Json[] =>
  Object.entries(object?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: described(schema as z.ZodType),
  }));

const parameters = ({ path, query, headers, ticketFor }: Route): readonly Json[] => [
  ...parametersOf(path).map((name) => ({
    name,
    in: "path",
    required: true,
    schema: described(pathParameters[name]),
  })),
  ...fieldsOf("query", query),
  ...fieldsOf("header", headers),
  ...(ticketFor === undefined
    ? []
    : [{ name: "ticket", in: "query", required: false, schema: { type: "string" }, description: "From links.events" }]),
];

/** How callers are known in this mode. */
const schemeOf = (mode: Auth["mode"]) =>
  mode === "open"
    ? { userId: { type: "apiKey", in: "header", name: "X-User-Id", description: "Open mode: names the shopper." } }
    : { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } };

const security = ({ access, ticketFor }: Route, mode: Auth["mode"]): readonly Json[] => {
  if (access === "public" || (mode === "open" && access !== "shopper")) return [];
  const roles = access === "admin" ? ["admin"] : access === "service" ? ["service"] : [];
  const own = mode === "open" ? { userId: [] } : { bearer: roles };
  return ticketFor === undefined ? [own] : [own, { ticket: [] }];
};

/** The name of an operation: `get_coupons_couponId_claims_me`. */
const operationId = ({ method, path }: Pick<Route, "method" | "path">): string =>
  [method.toLowerCase(), ...path.split(/\W+/).filter((word) => word !== "")].join("_");

const operation = (route: Route, mode: Auth["mode"]): Json => ({
  operationId: operationId(route),
  summary: route.summary,
  ...(route.description !== undefined && { description: route.description }),
  tags: [route.path.split("/")[1] || "pages"],
  security: security(route, mode),
  "x-access": route.access,
  parameters: parameters(route),
  ...(route.body && {
    requestBody: {
      required: !route.body.safeParse(undefined).success,
      content: { "application/json": { schema: described(route.body) } },
    },
  }),
  responses: { ...answers(route), ...problemAnswers(route) },
});

/** The OpenAPI 3.1 document of the table, from the very schemas that check requests. */
export const openApiDocument = (
  tables: readonly { prefix: string; routes: readonly Route[] }[],
  mode: Auth["mode"],
) => {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { prefix, routes } of tables)
    for (const route of routes) {
      const path = (prefix + route.path).replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, mode) };
    }
  const ticket = { type: "apiKey", in: "query", name: "ticket", description: "Opens one event stream for an hour." };
  return {
    openapi: "3.1.0",
    info: {
      title: "Rushboard",
      version: "1",
      description:
        "First-come coupons, orders and payments that stay right in a rush. Every error is RFC 9457 problem+json.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: { ...components(), Problem: problemSchema },
      securitySchemes: { ...schemeOf(mode), ticket },
    },
  };
};
