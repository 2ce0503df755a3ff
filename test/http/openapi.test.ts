import { createHmac } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, type Json, startHttpApp } from "../support/http-app.js";
import { edgeThatForgets } from "./edge-that-forgets.js";

const secret = "a secret of at least thirty-two bytes, no less";
const key = new TextEncoder().encode(secret);
const issuer = "https://shop.example";
const audience = "rushboard";
const auth = { mode: "secret", secret, issuer, audience } as const;

const hourOn = () => Math.floor(Date.now() / 1000) + 3600;
const token = (facts: Record<string, unknown> = {}, signedWith = key, alg = "HS256"): Promise<string> =>
  new SignJWT({ sub: "kim", iss: issuer, aud: audience, exp: hourOn(), ...facts })
    .setProtectedHeader({ alg })
    .sign(signedWith);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = () => part({ sub: "kim", iss: issuer, aud: audience, exp: hourOn(), roles: ["admin"] });
/** Signed as HS256 would be, under another algorithm's name. */
const mislabelled = (): string => {
  const signed = `${part({ alg: "RS256" })}.${claims()}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
};

/** Headers of a caller that is nobody, by what is wrong with it. */
const strangers: Readonly<Record<string, () => string | Promise<string> | undefined>> = {
  "a name without a token": () => undefined,
  "no scheme": () => token({ roles: ["admin"] }),
  "another scheme": async () => `Basic ${Buffer.from("admin:admin").toString("base64")}`,
  "no token after the scheme": () => "Bearer ",
  "a bad signature": async () => `Bearer ${await token({}, new TextEncoder().encode(secret.replace("a", "b")))}`,
  "a cut signature": async () => `Bearer ${(await token()).slice(0, -4)}`,
  "an expired token": async () => `Bearer ${await token({ exp: hourOn() - 7200 })}`,
  "a token that never expires": async () => `Bearer ${await token({ exp: undefined })}`,
  "another issuer's token": async () => `Bearer ${await token({ iss: "https://other.example" })}`,
  "another audience's token": async () => `Bearer ${await token({ aud: "other" })}`,
  "a token without sub": async () => `Bearer ${await token({ sub: undefined })}`,
  "a number as sub": async () => `Bearer ${await token({ sub: 7 })}`,
  "a list as sub": async () => `Bearer ${await token({ sub: ["kim"] })}`,
  "a sub that is no shopper": async () => `Bearer ${await token({ sub: "김\n" })}`,
  "HS512 with the right secret": async () => `Bearer ${await token({}, key, "HS512")}`,
  "alg none": () => `Bearer ${part({ alg: "none" })}.${claims()}.`,
  "RS256 signed with the secret": () => `Bearer ${mislabelled()}`,
};

/** What the contract opens to everybody and keeps for admins, written down here so that no row can move by mistake. */
const publicOnes = [
  "GET /api/v1/coupons",
  "GET /api/v1/coupons/an-id",
  "GET /api/v1/products",
  "GET /api/v1/products/an-id",
  "GET /api/v1/concerts",
  "GET /api/v1/concerts/an-id/schedules",
  "GET /api/v1/schedules/an-id",
  "GET /api/v1/schedules/an-id/seats",
  "GET /api/v1/rankings/products",
  "GET /api/v1/rankings/products/events",
  "GET /api/v1/rankings/sold-out",
  "GET /api/v1/rankings/sold-out/events",
  "GET /api/v1/rankings/sold-out/history",
  "GET /livez",
  "GET /readyz",
  "GET /metrics",
  "GET /problems/internal",
];
const adminOnes = [
  "POST /api/v1/coupons",
  "GET /api/v1/coupons/an-id/audit",
  "POST /api/v1/products",
  "PATCH /api/v1/products/an-id",
  "GET /api/v1/products/an-id/audit",
  "POST /api/v1/concerts",
  "POST /api/v1/concerts/an-id/schedules",
  "GET /api/v1/statistics/products",
  "POST /api/v1/admin/statistics/an-id/sync",
  "POST /api/v1/admin/rankings/rebuild",
  "GET /api/v1/admin/ranking-logs",
  "GET /api/v1/admin/statistics/drifts",
  "GET /api/v1/admin/dead-letters",
  "POST /api/v1/admin/dead-letters/an-id/replay",
];

/** Nobody but the shop's back end and its admins reports sales. */
const serviceOnes = ["POST /api/v1/sales"];

type Operation = { readonly method: string; readonly path: string; readonly access: string; readonly facts: Json };

const operationsOf = (document: Json): readonly Operation[] =>
  Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, facts]) => ({
      method: method.toUpperCase(),
      path: path.replace("{code}", "internal").replaceAll(/\{\w+\}/g, "an-id"),
      access: String(facts["x-access"]),
      facts,
    })),
  );

const documentOf = async (app: HttpApp): Promise<Json> => (await app.ask("GET", "/openapi.json")).body;

/** What is open to a caller whom `headers` do not make anybody, as the status of each operation says. */
const admitted = async (
  app: Pick<HttpApp, "ask">,
  operations: readonly Operation[],
  headers: Record<string, string>,
) => {
  const open: string[] = [];
  for (const { method, path } of operations) {
    const { status, body, headers: answered } = await app.ask(method, path, { headers, endless: true });
    if (status !== 401) open.push(`${method} ${path}`);
    else {
      expect(body).toMatchObject({ code: "unauthorized", status: 401 });
      expect(answered.get("www-authenticate")).toMatch(/^Bearer realm="rushboard"/);
    }
  }
  return open;
};

const named = (operations: readonly Operation[]) => operations.map(({ method, path }) => `${method} ${path}`);

describe("the OpenAPI document", () => {
  it("names an access, a success and an own operation id for every operation of every table", async () => {
    const app = await startHttpApp({ auth });
    const operations = operationsOf(await documentOf(app));
    expect(operations).toHaveLength(app.server.tables.reduce((sum, { routes }) => sum + routes.length, 0));
    expect(new Set(operations.map(({ facts }) => facts.operationId)).size).toBe(operations.length);
    for (const { access, facts } of operations) {
      expect(["public", "shopper", "service", "admin"]).toContain(access);
      expect(Object.keys(facts.responses ?? {}).some((status) => status.startsWith("2"))).toBe(true);
    }
  });

  it("shows the header without which nothing is paid", async () => {
    const operations = operationsOf(await documentOf(await startHttpApp()));
    const { facts } = operations.find(({ path, method }) => path === "/api/v1/payments" && method === "POST") ?? {};
    const [header] = Object.values(facts?.parameters ?? {});
    expect(header).toMatchObject({ name: "Idempotency-Key", in: "header", required: true, schema: { type: "string" } });
    expect(Object.keys(facts?.responses ?? {})).toEqual(expect.arrayContaining(["201", "202", "402", "409", "422"]));
  });

  it("refers to nothing that it does not hold", async () => {
    const document = await documentOf(await startHttpApp());
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to as string);
    expect(references.length).toBeGreaterThan(10);
    for (const to of references) {
      expect(to).toMatch(/^#\//);
      const steps = to.slice(2).split("/");
      expect(steps.reduce<Json | undefined>((at, step) => at?.[step], document)).toBeDefined();
    }
  });
});

describe("access in JWT mode, operation by operation", () => {
  for (const [wrong, authorization] of Object.entries(strangers))
    it(`opens only what is public to ${wrong}`, async () => {
      const app = await startHttpApp({ auth });
      const operations = operationsOf(await documentOf(app));
      const value = await authorization();
      const headers = { "x-user-id": "kim", ...(value !== undefined && { authorization: value }) };
      const open = await admitted(app, operations, headers);
      expect(open.sort()).toEqual([...publicOnes].sort());
    });

  it("forbids a shopper what is for services, and both of them what is for admins", async () => {
    const app = await startHttpApp({ auth });
    const operations = operationsOf(await documentOf(app));
    const ofAdmins = operations.filter(({ access }) => access === "admin");
    expect(named(ofAdmins).sort()).toEqual([...adminOnes].sort());
    expect(named(operations.filter(({ access }) => access === "service"))).toEqual(serviceOnes);
    for (const roles of [undefined, [], "admin", ["Admin"], ["service"]]) {
      const kept = Array.isArray(roles) && roles.includes("service") ? ["admin"] : ["admin", "service"];
      const headers = { authorization: `Bearer ${await token({ roles })}` };
      for (const { method, path, access } of operations) {
        const { status, body } = await app.ask(method, path, { headers, endless: true });
        expect({ path, forbidden: status === 403 }).toEqual({ path, forbidden: kept.includes(access) });
        if (kept.includes(access)) expect(body.code).toBe("forbidden");
        expect(status).not.toBe(401);
      }
    }
  });

  // Proves: C7
  it("lets an admin through, but to no shopper's things", async () => {
    const app = await startHttpApp({ auth });
    const headers = (bearer: string) => ({ headers: { authorization: `bearer ${bearer}` } });
    const admin = headers(await token({ sub: "boss", roles: ["admin"] }));
    const body = { couponId: "c1", name: "One", quantity: 1, discount: { type: "fixed", value: 1 } };
    expect((await app.ask("POST", "/api/v1/coupons", { ...admin, body })).status).toBe(201);
    const claim = await app.ask("POST", "/api/v1/coupons/c1/claims", headers(await token()));
    expect(claim.status).toBe(202);
    const self = String(claim.body.links?.self);
    expect((await app.ask("GET", self, headers(await token()))).status).toBe(200);
    expect((await app.ask("GET", self, admin)).status).toBe(404);
  });

  it("takes sales from a service, and from an admin", async () => {
    const app = await startHttpApp({ auth });
    for (const role of ["service", "admin"]) {
      const headers = { authorization: `Bearer ${await token({ sub: "shop", roles: [role] })}` };
      expectProblem(await app.ask("POST", "/api/v1/sales", { headers, body: { sales: [] } }), "invalid-request");
    }
  });

  it("stops knowing a token when it expires, though it was seen before", async () => {
    const app = await startHttpApp({ auth });
    const headers = { authorization: `Bearer ${await token({ exp: hourOn() })}` };
    expect((await app.ask("GET", "/api/v1/me/coupons", { headers })).status).toBe(200);
    app.advance(3_601_000);
    const late = await app.ask("GET", "/api/v1/me/coupons", { headers });
    expect(late.status).toBe(401);
    expect(late.headers.get("www-authenticate")).toContain("expired");
  });

  // Negative control: C7
  it("is found out where a row forgets whom it is for (control)", async () => {
    const app = await startHttpApp({ auth });
    const ask = await edgeThatForgets(app, auth, "/coupons/:couponId/audit");
    const open = await admitted({ ask }, operationsOf(await documentOf(app)), {});
    expect(open.sort()).toEqual([...publicOnes, "GET /api/v1/coupons/an-id/audit"].sort());
  });
});
