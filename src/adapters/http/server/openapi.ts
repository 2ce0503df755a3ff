import { z } from "zod";
import type { Auth } from "./callers.js";
import { componentPath, type Json, operation } from "./openapi-operation.js";
import type { ProblemTable } from "./problems.js";
import type { RouteTable } from "./route.js";
import { components } from "./schemas.js";

/** A group of operations: those whose path starts with one of the segments, in this order. */
export type Tag = { readonly name: string; readonly description: string; readonly segments: readonly string[] };

/** What the document describes. */
export type Api = {
  readonly tables: readonly RouteTable[];
  readonly tags: readonly Tag[];
  readonly problems: ProblemTable;
  /** ISO 4217. */
  readonly currency: string;
};

const componentSchemas = (): Json => {
  const { schemas } = z.toJSONSchema(components, { io: "output", uri: componentPath });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema as unknown]),
  );
};

const problemSchema = (problems: ProblemTable): Json => ({
  type: "object",
  description: "An error (RFC 9457). Some codes add members with the values that they name.",
  required: ["type", "title", "status", "detail", "advice", "code", "requestId"],
  example: {
    type: "/problems/coupon-sold-out",
    title: "Coupon is sold out",
    status: 409,
    detail: "All coupons of welcome are issued or reserved for pending claims.",
    advice: "Try again later if you like: a coupon that is given back goes to the next shopper who claims.",
    instance: "pc3Vq1Zx-1a",
    requestId: "pc3Vq1Zx-1a",
    code: "coupon-sold-out",
    couponId: "welcome",
  },
  properties: {
    type: { type: "string", format: "uri-reference", description: "A page that explains the code" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "The cause of this very error" },
    advice: { type: "string", description: "What the caller can do" },
    code: { type: "string", enum: Object.keys(problems) },
    instance: { type: "string" },
    requestId: { type: "string", description: "The id of the request in the service's logs" },
    errors: {
      type: "array",
      description: "The invalid places of a request",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: {
            type: "string",
            description: "A JSON pointer into the body (#/name), or path/…, query/… or header/…",
          },
          detail: { type: "string", description: "What is accepted, and what was sent" },
        },
      },
    },
  },
});

/** How callers authenticate in this mode. */
const securitySchemes = (mode: Auth["mode"]): Json => ({
  ...(mode === "open"
    ? { userId: { type: "apiKey", in: "header", name: "X-User-Id", description: "Open mode: names the shopper." } }
    : { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } }),
  ticket: { type: "apiKey", in: "query", name: "ticket", description: "Opens one event stream for an hour." },
});

/** Returns the OpenAPI 3.1 document of the API, from the schemas that validate its requests. */
export const openApiDocument = ({ tables, tags, problems, currency }: Api, mode: Auth["mode"]): Json => {
  const segments = tags.flatMap((tag) => tag.segments.map((segment) => ({ segment, tag: tag.name })));
  const groupOf = (path: string): number => {
    const group = segments.findIndex(({ segment }) => segment === path.split("/")[1]);
    if (group === -1) throw new Error(`no tag contains the path ${path}`);
    return group;
  };
  const routes = tables
    .flatMap(({ prefix, routes }) => routes.map((route) => ({ prefix, route, group: groupOf(route.path) })))
    .sort((a, b) => a.group - b.group);
  const paths: Record<string, Record<string, Json>> = {};
  for (const { prefix, route, group } of routes) {
    const path = (prefix + route.path).replaceAll(/:(\w+)/g, "{$1}");
    const described = operation(route, segments[group]?.tag ?? "", mode, problems);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: described };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Rushboard",
      version: "1",
      description:
        "First-come coupons, orders, payments, concert seats and live rankings for a shop in a rush. Every error is " +
        "RFC 9457 problem+json; its detail states the cause, and its advice says what to do. Amounts are in the minor " +
        `unit of ${currency}.`,
      "x-currency": currency,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: tags.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: { ...componentSchemas(), Problem: problemSchema(problems) },
      securitySchemes: securitySchemes(mode),
    },
  };
};
