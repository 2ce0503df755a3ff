import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { serveWithPublicRoute } from "./known-wrong-access.js";

const secret = "a secret of at least thirty-two bytes, no less";
const key = new TextEncoder().encode(secret);
const issuer = "https://shop.example";
const audience = "rushboard";
const auth = { mode: "secret", secret, issuer, audience } as const;
const app = await sharedHttpApp({ auth });

const inOneHour = () => Math.floor(Date.now() / 1000) + 3600;
const token = (facts: Record<string, unknown> = {}, signedWith = key, alg = "HS256"): Promise<string> =>
  new SignJWT({ sub: "kim", iss: issuer, aud: audience, exp: inOneHour(), ...facts })
    .setProtectedHeader({ alg })
    .sign(signedWith);
const bearer = async (facts: Record<string, unknown> = {}) => `Bearer ${await token(facts)}`;

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = () => encoded({ sub: "kim", iss: issuer, aud: audience, exp: inOneHour(), roles: ["admin"] });
/** Signed as HS256, but labelled RS256. */
const mislabelled = (): string => {
  const signed = `${encoded({ alg: "RS256" })}.${claims()}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
};

/** Invalid values of `Authorization`. */
const invalidCredentials: Readonly<Record<string, () => string | Promise<string> | undefined>> = {
  "no header": () => undefined,
  "a token without scheme": () => token({ roles: ["admin"] }),
  "another scheme": () => `Basic ${Buffer.from("admin:admin").toString("base64")}`,
  "a scheme without token": () => "Bearer ",
  "a wrong signature": async () => `Bearer ${await token({}, new TextEncoder().encode(secret.replace("a", "b")))}`,
  "a cut signature": async () => `Bearer ${(await token()).slice(0, -4)}`,
  "an expired token": () => bearer({ exp: inOneHour() - 7200 }),
  "a token without exp": () => bearer({ exp: undefined }),
  "another issuer": () => bearer({ iss: "https://other.example" }),
  "another audience": () => bearer({ aud: "other" }),
  "a token without sub": () => bearer({ sub: undefined }),
  "a number as sub": () => bearer({ sub: 7 }),
  "an array as sub": () => bearer({ sub: ["kim"] }),
  "a sub with other characters": () => bearer({ sub: "김\n" }),
  "HS512 with the right secret": async () => `Bearer ${await token({}, key, "HS512")}`,
  "alg none": () => `Bearer ${encoded({ alg: "none" })}.${claims()}.`,
  "RS256 signed with the secret": () => `Bearer ${mislabelled()}`,
};

/** The contract's public routes and those of each role; written here, so that a change of a route is noticed. */
const publicRoutes = [
  "GET /api/v1/coupons",
  "GET /api/v1/coupons/an-id",
  "GET /api/v1/products",
  "GET /api/v1/products/an-id",
  "GET /api/v1/concerts",
  "GET /api/v1/concerts/an-id/schedules",
  "GET /api/v1/schedules/an-id",
  "GET /api/v1/schedules/an-id/seats",
  "GET /api/v1/rankings/events",
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
const adminRoutes = [
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
  "DELETE /api/v1/admin/dead-letters/an-id",
  "GET /api/v1/admin/log",
  "GET /api/v1/admin/webhooks",
  "POST /api/v1/admin/webhooks",
  "GET /api/v1/admin/webhooks/an-id",
  "PATCH /api/v1/admin/webhooks/an-id",
  "DELETE /api/v1/admin/webhooks/an-id",
  "POST /api/v1/admin/webhooks/an-id/secret",
  "GET /api/v1/admin/webhooks/an-id/deliveries",
  "POST /api/v1/admin/webhooks/an-id/deliveries/an-id/replay",
  "GET /api/v1/admin/payments",
];
const serviceRoutes = ["POST /api/v1/sales"];

/** Every route of the server, with ids in its path. */
const routes = app.server.tables.flatMap(({ prefix, routes }) =>
  routes.map(({ method, path, access }) => {
    const url = (prefix + path).replace(":code", "internal").replaceAll(/:\w+/g, "an-id");
    return { method, url, access, name: `${method} ${url}` };
  }),
);

/** Sends a request and returns its status and problem; a stream is closed when it has begun. */
const send = async (origin: string, method: string, url: string, authorization?: string) => {
  const headers = { "x-user-id": "kim", ...(authorization !== undefined && { authorization }) };
  const response = await fetch(origin + url, { method, headers });
  const { status } = response;
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  if (!isProblem) await response.body?.cancel();
  const { code } = (isProblem ? await response.json() : {}) as { code?: string };
  return { status, code, authenticate: response.headers.get("www-authenticate") };
};

/** Returns the routes that do not reject the credentials with 401. */
const routesOpenTo = async (origin: string, authorization?: string): Promise<readonly string[]> => {
  const open: string[] = [];
  for (const { method, url, name } of routes) {
    const { status, code, authenticate } = await send(origin, method, url, authorization);
    if (status !== 401) open.push(name);
    else {
      expect(code).toBe("unauthorized");
      expect(authenticate).toMatch(/^Bearer realm="rushboard"/);
    }
  }
  return open.sort();
};

describe("with AUTH_SECRET", () => {
  it.each(Object.entries(invalidCredentials))("only public routes are open to %s", async (_, authorization) => {
    expect(await routesOpenTo(app.url, await authorization())).toEqual(publicRoutes.toSorted());
  });

  // Negative control: C7
  it("a route that is public by mistake is found (negative control)", async () => {
    const wrong = await serveWithPublicRoute(app, auth, "/coupons/:couponId/audit");
    expect(await routesOpenTo(wrong)).toEqual([...publicRoutes, "GET /api/v1/coupons/an-id/audit"].sort());
  });

  it("a shopper gets 403 on routes of services and admins, and a service on those of admins", async () => {
    const named = (wanted: string) => routes.filter(({ access }) => access === wanted).map(({ name }) => name);
    expect(named("admin").sort()).toEqual(adminRoutes.toSorted());
    expect(named("service")).toEqual(serviceRoutes);
    for (const roles of [undefined, [], "admin", ["Admin"], ["service"]]) {
      const isService = Array.isArray(roles) && roles.includes("service");
      const forbidden = isService ? ["admin"] : ["admin", "service"];
      const authorization = await bearer({ roles });
      for (const { method, url, access, name } of routes) {
        const { status, code } = await send(app.url, method, url, authorization);
        expect([name, status === 403]).toEqual([name, forbidden.includes(access)]);
        if (status === 403) expect(code).toBe("forbidden");
        expect(status).not.toBe(401);
      }
    }
  });

  it("a service and an admin may report sales", async () => {
    for (const role of ["service", "admin"]) {
      const request = app.client
        .post("/api/v1/sales")
        .set("Authorization", await bearer({ sub: "shop", roles: [role] }));
      expectProblem(await request.send({ sales: [] }), "invalid-request");
    }
  });

  // Proves: C7
  it("an admin may use admin routes but not read a shopper's task", async () => {
    const [admin, shopper] = [await bearer({ sub: "boss", roles: ["admin"] }), await bearer()];
    const coupon = { couponId: "c1", name: "One", quantity: 1, discount: { type: "fixed", value: 1 } };
    await app.client.post("/api/v1/coupons").set("Authorization", admin).send(coupon).expect(201);
    const claim = await app.client.post("/api/v1/coupons/c1/claims").set("Authorization", shopper).expect(202);
    const { self } = claim.body.links;
    await app.client.get(self).set("Authorization", shopper.replace("Bearer", "bearer")).expect(200);
    await app.client.get(self).set("Authorization", admin).expect(404);
  });

  it("a token that was accepted before is rejected after its exp", async () => {
    const app = await startHttpApp({ auth });
    const authorization = await bearer();
    await app.client.get("/api/v1/me/coupons").set("Authorization", authorization).expect(200);
    app.advance(3_601_000);
    const late = await app.client.get("/api/v1/me/coupons").set("Authorization", authorization);
    expectProblem(late, "unauthorized", { detail: "The bearer token has expired." });
    expect(late.headers["www-authenticate"]).toContain("expired");
  });
});

describe("with AUTH_JWKS_URL", () => {
  type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
  type Header = { readonly alg: string; readonly kid?: string };

  const pairOf = (alg: string) => generateKeyPair(alg, { extractable: true });
  const published = async ({ publicKey }: Pair, facts: object = {}) => ({ ...(await exportJWK(publicKey)), ...facts });

  /** Publishes keys and starts a server that fetches them. */
  const publish = async (...keys: readonly JWK[]) => {
    const set = { keys, status: 200, fetches: 0 };
    const publisher = createServer((_request, response) => {
      set.fetches += 1;
      response.writeHead(set.status).end(JSON.stringify({ keys: set.keys }));
    });
    await once(publisher.listen(0, "127.0.0.1"), "listening");
    const stopPublisher = () => publisher.close().closeAllConnections();
    onTestFinished(stopPublisher);
    const url = new URL(`http://127.0.0.1:${(publisher.address() as AddressInfo).port}/`);
    const logged: { readonly level: number; readonly msg: string }[] = [];
    const logTo = { write: (line: string) => void logged.push(JSON.parse(line)) };
    const app = await startHttpApp({ auth: { mode: "jwks", url }, logTo });
    const sendSignedWith = async (signedWith: Parameters<SignJWT["sign"]>[0], header: Header) => {
      const jwt = new SignJWT({ sub: "kim" }).setProtectedHeader(header).setExpirationTime("1h");
      return app.client.get("/api/v1/me/coupons").set("Authorization", `Bearer ${await jwt.sign(signedWith)}`);
    };
    const warnings = () => logged.filter(({ msg }) => msg === "no published key accepts a token");
    return { set, sendSignedWith, stopPublisher, warnings };
  };

  it.each(["RS256", "ES256", "EdDSA"])(
    "accepts tokens that a published %s key verifies, and no others",
    async (alg) => {
      const pair = await pairOf(alg);
      const { sendSignedWith } = await publish(await published(pair, { kid: "one", alg }));
      expect((await sendSignedWith(pair.privateKey, { alg, kid: "one" })).status).toBe(200);
      expectProblem(await sendSignedWith((await pairOf(alg)).privateKey, { alg, kid: "one" }), "unauthorized");
      // The public key is no secret, so it must not verify HS256.
      const publicKey = new TextEncoder().encode(await exportSPKI(pair.publicKey));
      expectProblem(await sendSignedWith(publicKey, { alg: "HS256", kid: "one" }), "unauthorized");
    },
  );

  it.each(["RS256", "ES256", "EdDSA"])("tries every %s key that a token may name", async (alg) => {
    const [first, second, unnamed, other] = [
      await pairOf(alg),
      await pairOf(alg),
      await pairOf(alg),
      await pairOf(alg),
    ];
    const { sendSignedWith, warnings } = await publish(
      await published(first, { kid: "same" }),
      await published(second, { kid: "same", alg }),
      await published(unnamed),
    );
    for (const { privateKey } of [first, second])
      for (const header of [{ alg, kid: "same" }, { alg }])
        expect((await sendSignedWith(privateKey, header)).status).toBe(200);
    // A key that is published without an id may belong to a token with any id.
    for (const header of [{ alg, kid: "named" }, { alg }])
      expect((await sendSignedWith(unnamed.privateKey, header)).status).toBe(200);
    expect(warnings()).toEqual([]);
    for (const header of [{ alg, kid: "same" }, { alg, kid: "named" }, { alg }])
      expectProblem(await sendSignedWith(other.privateKey, header), "unauthorized");
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toMatchObject({ level: 40, kid: "same", alg });
  });

  it("tries at most 16 keys", async () => {
    const pairs = await Promise.all(Array.from({ length: 17 }, () => pairOf("ES256")));
    const { sendSignedWith } = await publish(...(await Promise.all(pairs.map((pair) => published(pair)))));
    expect((await sendSignedWith((pairs[15] as Pair).privateKey, { alg: "ES256" })).status).toBe(200);
    expectProblem(await sendSignedWith((pairs[16] as Pair).privateKey, { alg: "ES256" }), "unauthorized");
  });

  it("fetches the keys again when a key is replaced under the same id, or without an id", async () => {
    const [old, next] = [await pairOf("ES256"), await pairOf("ES256")];
    const { set, sendSignedWith } = await publish(await published(old, { kid: "one" }), await published(old));
    expect((await sendSignedWith(old.privateKey, { alg: "ES256", kid: "one" })).status).toBe(200);
    set.keys = [await published(next, { kid: "one" }), await published(next)];
    // The keys are fetched at most every 5 s, on the real clock.
    const fiveSecondsLater = Date.now() + 5001;
    vi.useFakeTimers({ toFake: ["Date"], now: fiveSecondsLater });
    onTestFinished(() => void vi.useRealTimers());
    expect((await sendSignedWith(next.privateKey, { alg: "ES256" })).status).toBe(200);
    expect((await sendSignedWith(next.privateKey, { alg: "ES256", kid: "one" })).status).toBe(200);
  });

  it("answers 401 to a token that no cached key accepts while fetching fails, and tries to fetch every 5 s", async () => {
    const [pair, other] = [await pairOf("ES256"), await pairOf("ES256")];
    const { set, sendSignedWith } = await publish(await published(pair, { kid: "one" }));
    expect((await sendSignedWith(pair.privateKey, { alg: "ES256", kid: "one" })).status).toBe(200);
    set.status = 500;
    const start = Date.now();
    onTestFinished(() => void vi.useRealTimers());
    for (const [later, fetches] of [
      [5001, 2],
      [10_002, 3],
    ] as const) {
      vi.useFakeTimers({ toFake: ["Date"], now: start + later });
      for (const kid of ["one", "two", "one"])
        expectProblem(await sendSignedWith(other.privateKey, { alg: "ES256", kid }), "unauthorized");
      expect(set.fetches).toBe(fetches);
    }
  });

  it("returns 503 while the keys cannot be fetched", async () => {
    const pair = await pairOf("ES256");
    const { sendSignedWith, stopPublisher } = await publish(await published(pair, { kid: "one" }));
    stopPublisher();
    const response = await sendSignedWith(pair.privateKey, { alg: "ES256", kid: "one" });
    expectProblem(response, "keys-unavailable");
    expect(response.headers["retry-after"]).toBe("2");
  });
});
