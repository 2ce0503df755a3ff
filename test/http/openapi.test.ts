import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";

type Schema = Readonly<Record<string, unknown>>;
type Parameter = { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Schema };
type Link = { readonly operationId: string; readonly parameters: Readonly<Record<string, string>> };
type Media = { readonly schema: Schema; readonly example?: unknown };
type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly links?: Readonly<Record<string, Link>> }>>;
};
type Document = {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const app = await sharedHttpApp();
const document: Document = (await app.client.get("/openapi.json").expect(200)).body;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
const operationOf = (id: string) => operations.find(({ operation }) => operation.operationId === id)?.operation;
const queryOf = (id: string, name: string) => operationOf(id)?.parameters.find((each) => each.name === name);
const component = (name: string) => document.components.schemas[name];

/** Returns every value under a key, anywhere in the document. */
const valuesUnder = (key: string, node: unknown = document): readonly unknown[] =>
  typeof node !== "object" || node === null
    ? []
    : Object.entries(node).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesUnder(key, value)]);

describe("the OpenAPI document", () => {
  it("describes every route once, with a summary, a tag and a success", () => {
    expect(operations).toHaveLength(app.server.tables.reduce((sum, { routes }) => sum + routes.length, 0));
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    const tags = document.tags.map(({ name }) => name);
    for (const { operation } of operations) {
      expect(operation.summary).toMatch(/^[A-Z].+[^.]$/);
      expect(tags).toEqual(expect.arrayContaining([...operation.tags]));
      expect(Object.keys(operation.responses).some((status) => status.startsWith("2"))).toBe(true);
    }
  });

  it("refers only to components that it contains", () => {
    const references = valuesUnder("$ref");
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references)
      expect(component(String(reference).replace("#/components/schemas/", ""))).toBeDefined();
  });

  it("has only patterns that other languages' regular expressions accept", () => {
    const patterns = valuesUnder("pattern").filter((pattern) => typeof pattern === "string");
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) expect(pattern).not.toMatch(/\\p|\\u|\(\?[<!=]|\\k/);
  });

  it("is as strict as the server", () => {
    expect(queryOf("get_coupons", "cursor")?.schema).toMatchObject({ pattern: "^[A-Za-z0-9_-]{1,256}$" });
    expect(queryOf("get_coupons", "limit")?.schema).toMatchObject({ minimum: 1, maximum: 200, default: 50 });
    const week = String(queryOf("get_rankings_sold_out", "week")?.schema.pattern);
    for (const valid of ["2026-W01", "2026-W47", "2026-W53"]) expect(valid).toMatch(new RegExp(week));
    for (const invalid of ["2026-47", "2026-W00", "2026-W54"]) expect(invalid).not.toMatch(new RegExp(week));
    expect(component("ProductChange")).toMatchObject({ minProperties: 1, additionalProperties: false });
    expect(component("NewPayment")).toMatchObject({
      oneOf: [{ required: ["orderId"] }, { required: ["reservationId"] }],
      additionalProperties: false,
    });
    expect(component("ReportedSale")).toMatchObject({
      properties: { occurredAt: { format: "date-time", description: expect.stringContaining("5 minutes from now") } },
    });
    expect(component("NewCoupon")).toMatchObject({
      properties: { name: { minLength: 1, maxLength: 200 }, quantity: { minimum: 1, maximum: 10_000_000 } },
    });
    const [key] = operationOf("post_payments")?.parameters ?? [];
    expect(key).toMatchObject({ name: "Idempotency-Key", in: "header", required: true });
  });

  it("links each created resource to the operations on it", () => {
    for (const { path, operation } of operations)
      for (const { links = {} } of Object.values(operation.responses))
        for (const { operationId, parameters } of Object.values(links)) {
          const target = operations.find((each) => each.operation.operationId === operationId);
          expect([path, operationId, target?.operation.operationId]).toEqual([path, operationId, operationId]);
          const names = [...(target?.path ?? "").matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
          expect(parameters).toEqual(Object.fromEntries(names.map((name) => [name, `$response.body#/${name}`])));
        }
    for (const id of ["post_coupons", "post_products", "post_orders", "post_payments", "post_concerts"])
      expect(Object.values(operationOf(id)?.responses ?? {}).some(({ links }) => links !== undefined)).toBe(true);
  });
});

describe("the examples", () => {
  const withBody = app.server.tables.flatMap(({ routes }) => routes.filter(({ body }) => body instanceof z.ZodObject));

  it("exist for every request body and satisfy its schema", () => {
    expect(withBody.length).toBeGreaterThan(8);
    for (const { method, path, body, example } of withBody)
      expect({ route: `${method} ${path}`, error: body?.safeParse(example).error }).toEqual({
        route: `${method} ${path}`,
        error: undefined,
      });
  });

  it("work on a fresh service in the order of the tags", async () => {
    const app = await startHttpApp();
    await app.work();
    const kim = app.as("kim");
    const ids: Readonly<Record<string, string>> = {
      productId: "lamp",
      couponId: "welcome",
      orderId: "order-1",
      concertId: "spring",
      scheduleId: "spring-1",
      webhookId: "erp",
    };
    const sent: string[] = [];
    for (const { name } of document.tags)
      for (const { method, path, operation } of operations) {
        const example = operation.requestBody?.content["application/json"]?.example;
        if (operation.tags[0] !== name || example === undefined) continue;
        if (operation.operationId === "post_payments") {
          const status = async () => (await kim.get("/api/v1/orders/order-1")).body.status;
          await expect.poll(status).toBe("awaiting-payment");
        }
        const url = path.replaceAll(/\{(\w+)\}/g, (_, parameter) => ids[parameter] ?? "");
        const request = method === "PATCH" ? kim.patch(url) : kim.post(url);
        const { status, text } = await request.set("Idempotency-Key", "payment-1").send(example as object);
        expect([operation.operationId, status < 300, text]).toEqual([operation.operationId, true, text]);
        sent.push(operation.operationId);
      }
    expect(sent).toHaveLength(withBody.length);
  });
});
