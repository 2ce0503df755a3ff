import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, sharedHttpApp, startHttpApp } from "../support/http-app.js";

const app = await sharedHttpApp();
const { client } = app;
const coupon = { name: "Ten off", quantity: 10, discount: { type: "percent", value: 10 } };

describe("a path", () => {
  it("without a route is 404; with another method it is 405 with the allowed ones", async () => {
    for (const path of ["/nothing", "/api/v1", "/api/v1/Coupons", "/api/v1/coupons/", "/%E0%A4%A", "//"])
      expectProblem(await client.get(path), "not-found", {
        detail: expect.stringContaining("No route has the path /"),
      });
    const rejected = await client.delete("/api/v1/coupons");
    const allow = "GET, HEAD, POST, OPTIONS";
    expectProblem(rejected, "method-not-allowed", { detail: `The method DELETE is not allowed here; use ${allow}.` });
    expect(rejected.headers.allow).toBe(allow);
    expectProblem(await client.put("/api/v1/coupons/c1/claims"), "method-not-allowed");
  });

  it("is the same route with and without escapes in the path", async () => {
    const couponId = await createCoupon(app);
    const { body } = await app.as("kim").post(`/api/v1/coupons/${couponId}/claims`).expect(202);
    const escaped = couponId.replace(/^./, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
    const again = await app.as("kim").post(`/api/v1/coupons/${escaped}/claims`).expect(200);
    expect(again.body.taskId).toBe(body.taskId);
    expectProblem(await app.as("kim").post(`/api/v1/coupons/${couponId}/claims/`), "not-found");
  });

  it("accepts OPTIONS, and HEAD as GET without a body", async () => {
    const { headers } = await client.options("/api/v1/coupons/c1/claims").expect(204);
    expect(headers.allow).toBe("POST, OPTIONS");
    const [head, get] = [await client.head("/api/v1/coupons").expect(200), await client.get("/api/v1/coupons")];
    expect(head.text).toBeFalsy();
    expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
    for (const path of ["tasks/t1/events", "rankings/products/events", "rankings/sold-out/events"])
      await app.as("kim").head(`/api/v1/${path}`).expect(405);
  });
});

describe("a body", () => {
  it("must be JSON in UTF-8 without compression", async () => {
    const send = (headers: Record<string, string>) =>
      client.post("/api/v1/coupons").type("json").set(headers).send(JSON.stringify(coupon));
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"])
      expectProblem(await send({ "Content-Type": type }), "unsupported-media-type", {
        detail: `Content-Type must be application/json, but is "${type}".`,
      });
    expectProblem(await send({ "Content-Encoding": "gzip" }), "unsupported-media-type", {
      detail: 'Content-Encoding must be absent, but is "gzip".',
    });
    await send({ "Content-Type": 'application/json; charset="UTF-8"' }).expect(201);
  });

  it("must have at most 16 KiB, also when it arrives in chunks", async () => {
    const large = { ...coupon, name: "x".repeat(20_000) };
    const tooLarge = { limit: 16_384, detail: "The body must be at most 16384 bytes." };
    expectProblem(await client.post("/api/v1/coupons").send(large), "payload-too-large", tooLarge);
    const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
    const head = "POST /api/v1/coupons HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    const response = await app.sendBytes(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`);
    expectProblem(response, "payload-too-large", tooLarge);
    await client.get("/livez").expect(200);
  });
});

describe("a connection", () => {
  it.each([
    ["with 20 kB of headers", `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`, "headers-too-large"],
    ["with bytes that are not HTTP", "\u0016\u0003\u0001 hello\r\n\r\n", "invalid-request"],
    ["without a host", "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", "invalid-request"],
    ["for a tunnel", "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n", "invalid-request"],
    [
      "with two lengths",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "invalid-request",
    ],
    [
      "with a length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "invalid-request",
    ],
  ] as const)("%s gets a problem before it is closed", async (_, bytes, code) => {
    expectProblem(await app.sendBytes(bytes), code);
    await client.get("/livez").expect(200);
  });

  it("may contain unknown expectations, and probes may have any query", async () => {
    const path = "/livez?verbose=1&verbose=%E0%A4%A";
    const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\nExpect: much\r\nConnection: close\r\n\r\n`;
    expect((await app.sendBytes(bytes)).body).toEqual({ status: "alive" });
  });
});

describe("X-Request-Id", () => {
  it("is the caller's if it is safe, otherwise a new one", async () => {
    const idFor = async (given: string) =>
      (await client.get("/livez").set("X-Request-Id", given)).headers["x-request-id"];
    expect(await idFor("trace-1.a_B")).toBe("trace-1.a_B");
    for (const given of ["a b", "x".repeat(65), '"}\\'])
      expect(await idFor(given)).toMatch(/^[A-Za-z0-9_-]{8}-[0-9a-z]+$/);
  });
});

describe("cross-origin requests", () => {
  it("are allowed from exactly the configured origins", async () => {
    const { client } = await startHttpApp({ corsOrigins: ["https://shop.example"] });
    const allowedOrigin = async (origin: string) => {
      const { headers } = await client.get("/api/v1/coupons").set("Origin", origin);
      expect(headers.vary).toBe("Origin");
      expect(headers).not.toHaveProperty("access-control-allow-credentials");
      return headers["access-control-allow-origin"];
    };
    expect(await allowedOrigin("https://shop.example")).toBe("https://shop.example");
    for (const other of ["https://shop.example.evil", "http://shop.example", "https://SHOP.example", "null"])
      expect(await allowedOrigin(other)).toBeUndefined();

    const preflight = async (origin: string) => {
      const request = client.options("/api/v1/coupons/c1/claims").set("Origin", origin);
      return (await request.set("Access-Control-Request-Method", "POST").expect(204)).headers;
    };
    const headers = await preflight("https://shop.example");
    expect(headers["access-control-allow-methods"]).toContain("POST");
    expect(headers["access-control-allow-headers"]).toContain("Authorization");
    expect(await preflight("https://other.example")).not.toHaveProperty("access-control-allow-methods");
  });

  it("are not allowed by default", async () => {
    const { headers } = await client.get("/api/v1/coupons").set("Origin", app.url);
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });
});
