import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/domain/problem.js";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";

const expectServes = async (app: HttpApp) => expect((await app.ask("GET", "/api/v1/coupons")).status).toBe(200);

describe("a path or query", () => {
  const wrong: readonly (readonly [pointer: string, path: string])[] = [
    ["path/couponId", "/api/v1/coupons/a%20b"],
    ["path/couponId", "/api/v1/coupons/%E0%A4%A"],
    ["path/couponId", "/api/v1/coupons/%00"],
    ["path/couponId", "/api/v1/coupons/..%2F..%2Fetc"],
    ["path/couponId", `/api/v1/coupons/${"x".repeat(65)}`],
    ["path/taskId", "/api/v1/tasks/a.b"],
    ["path/taskId", "/api/v1/tasks/a'b/events"],
    ["path/productId", "/api/v1/products/a%27b"],
    ["path/orderId", "/api/v1/orders/a.b"],
    ["path/orderId", `/api/v1/orders/${"x".repeat(65)}/events`],
    ["path/paymentId", "/api/v1/payments/%00"],
    ["path/concertId", "/api/v1/concerts/a'b/schedules"],
    ["path/scheduleId", "/api/v1/schedules/a.b"],
    ["path/scheduleId", "/api/v1/schedules/%00/seats"],
    ["path/reservationId", `/api/v1/reservations/${"x".repeat(65)}`],
    ["query/limit", "/api/v1/schedules/s1/seats?limit=1001"],
    ["query/limit", "/api/v1/rankings/products?limit=101"],
    ["query/limit", "/api/v1/rankings/products/events?limit=101"],
    ["query/limit", "/api/v1/rankings/products?limit=0"],
    ["query/window", "/api/v1/rankings/products?window=2d"],
    ["query/window", "/api/v1/rankings/products/events?window="],
    ["query/limit", "/api/v1/rankings/sold-out?limit=51"],
    ["query/limit", "/api/v1/rankings/sold-out/events?limit=51"],
    ["query/board", "/api/v1/rankings/sold-out?board=daily"],
    ["query/board", "/api/v1/rankings/sold-out/events?board=products"],
    ["query/week", "/api/v1/rankings/sold-out?board=weekly&week=2026-W54"],
    ["query/week", "/api/v1/rankings/sold-out?board=weekly&week=2025-W53"],
    ["query/week", "/api/v1/rankings/sold-out?board=weekly&week=2026-47"],
    ["query/week", "/api/v1/rankings/sold-out?board=fastest&week=2026-W47"],
    ["query/week", "/api/v1/rankings/sold-out/events?board=fastest&week=2026-W47"],
    ["query/from", "/api/v1/rankings/sold-out/history?from=2026-11-21"],
    ["query/to", "/api/v1/rankings/sold-out/history?to=yesterday"],
    ["query/limit", "/api/v1/rankings/sold-out/history?limit=201"],
    ["query/cursor", "/api/v1/rankings/sold-out/history?cursor=e30"],
    ["query/cursor", "/api/v1/concerts?cursor=W10"],
    ["query/ticket", "/api/v1/rankings/products/events?ticket=x"],
    ["query/from", "/api/v1/statistics/products?to=2026-11-21"],
    ["query/to", "/api/v1/statistics/products?from=2026-11-21"],
    ["query/from", "/api/v1/statistics/products?from=2026-02-29&to=2026-03-01"],
    ["query/to", "/api/v1/statistics/products?from=2026-11-21&to=2026-11-20"],
    ["query/to", "/api/v1/statistics/products?from=2026-01-01&to=2026-04-03"],
    ["query/to", "/api/v1/statistics/products?from=0001-01-01&to=9999-12-31"],
    ["query/productId", "/api/v1/statistics/products?from=2026-11-20&to=2026-11-20&productId=a.b"],
    ["query/limit", "/api/v1/coupons?limit=0"],
    ["query/limit", "/api/v1/coupons?limit=201"],
    ["query/limit", "/api/v1/coupons?limit=1e2"],
    ["query/limit", "/api/v1/coupons?limit=-1"],
    ["query/limit", "/api/v1/coupons?limit="],
    ["query/limit", "/api/v1/coupons?limit=5&limit=6"],
    ["query/limit", "/api/v1/coupons?limit=99999999999999999999"],
    ["query/cursor", "/api/v1/coupons?cursor=nonsense"],
    ["query/cursor", "/api/v1/me/coupons?cursor=%00"],
    ["query/cursor", `/api/v1/coupons?cursor=${"x".repeat(257)}`],
    ["query/cursor", "/api/v1/products?cursor=e30"],
    ["query/cursor", "/api/v1/orders?cursor=W10"],
    ["query/cursor", "/api/v1/admin/dead-letters?cursor=WyJhIl0"],
    ["query/status", "/api/v1/orders?status=pending"],
    ["query/couponId", "/api/v1/admin/ranking-logs?couponId=a'b"],
    ["query/page", "/api/v1/coupons?page=2"],
    ["query/__proto__", "/api/v1/coupons?__proto__=1"],
    ["query/x", "/api/v1/coupons/c1?x"],
    ["query", "/api/v1/coupons?limit=%E0%A4%A"],
    ["query/ticket", "/api/v1/coupons?ticket=x"],
  ];

  it("is refused, with the place named, wherever it is wrong", async () => {
    const app = await startHttpApp();
    for (const [pointer, path] of wrong) {
      const answered = await app.ask("GET", path, { as: "kim" });
      expect({ path, faults: faultsOf(answered) }).toEqual({ path, faults: [pointer] });
    }
    await expectServes(app);
  });

  it("that nothing answers to is 404, and a method that it does not take is 405", async () => {
    const app = await startHttpApp();
    for (const path of ["/nothing", "/api/v1", "/api/v1/Coupons", "/api/v1/coupons/", "/%E0%A4%A", "//", "/problems/x"])
      expectProblem(await app.ask("GET", path), "not-found");
    const refused = await app.ask("DELETE", "/api/v1/coupons");
    expectProblem(refused, "method-not-allowed");
    expect(refused.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
    expectProblem(await app.ask("PUT", "/api/v1/coupons/c1/claims"), "method-not-allowed");
  });

  it("answers OPTIONS with what it takes, and HEAD as GET without the body", async () => {
    const app = await startHttpApp();
    const options = await app.ask("OPTIONS", "/api/v1/coupons/c1/claims");
    expect([options.status, options.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
    const [head, get] = [await app.ask("HEAD", "/api/v1/coupons"), await app.ask("GET", "/api/v1/coupons")];
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers.get("content-length")).toBe(get.headers.get("content-length"));
    for (const path of [
      "/api/v1/tasks/t1/events",
      "/api/v1/rankings/products/events",
      "/api/v1/rankings/sold-out/events",
    ])
      expect((await app.ask("HEAD", path, { as: "kim" })).status).toBe(405);
  });
});

describe("a connection", () => {
  const refused: readonly (readonly [what: string, bytes: string, code: "headers-too-large" | "invalid-request"])[] = [
    ["20 kB of header", `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`, "headers-too-large"],
    ["no HTTP", "\u0016\u0003\u0001 hello\r\n\r\n", "invalid-request"],
    ["no host", "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", "invalid-request"],
    ["a tunnel", "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n", "invalid-request"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "invalid-request"],
    [
      "a length beside chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "invalid-request",
    ],
  ];

  it("is told what is wrong before it is closed", async () => {
    const app = await startHttpApp();
    for (const [, bytes, code] of refused) expectProblem(await app.raw(bytes), code);
    await expectServes(app);
  });

  it("may expect what it likes, and a probe may ask with any query", async () => {
    const app = await startHttpApp();
    const asked =
      "GET /livez?verbose=1&verbose=%E0%A4%A HTTP/1.1\r\nHost: x\r\nExpect: much\r\nConnection: close\r\n\r\n";
    expect((await app.raw(asked)).body).toEqual({ status: "alive" });
  });

  it("keeps its own request id only where that is harmless", async () => {
    const app = await startHttpApp();
    const idFor = async (given: string) =>
      (await app.ask("GET", "/livez", { headers: { "x-request-id": given } })).headers.get("x-request-id");
    expect(await idFor("trace-1.a_B")).toBe("trace-1.a_B");
    for (const given of ["a b", "x".repeat(65), '"}\\'])
      expect(await idFor(given)).toMatch(/^[A-Za-z0-9_-]{8}-[0-9a-z]+$/);
  });
});

describe("an error that nobody expected", () => {
  it("is 500 without a word of it, and logged whole with the request id", async () => {
    const lines: string[] = [];
    const logTo = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });
    const secret = "password=hunter2";
    const coupons = { find: fail, standing: fail, list: fail, ofUser: fail } as never;
    function fail(): never {
      throw new TypeError(secret);
    }
    const app = await startHttpApp({ instead: { coupons }, logTo });
    const answered = await app.ask("GET", "/api/v1/coupons");
    expectProblem(answered, "internal");
    expect(answered.text).not.toContain("hunter2");
    expect(answered.text).not.toMatch(/TypeError|\.[jt]s\b/);
    const logged = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 50);
    expect(logged).toMatchObject({ requestId: answered.body.requestId, err: { message: secret } });
    expect((await app.ask("GET", "/livez")).status).toBe(200);
  });

  it("tells no more of a step that its own rules bar", async () => {
    const lines: string[] = [];
    const logTo = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });
    const problem = { code: "impossible-transition", from: "confirmed", step: "reserve-twice" } as const;
    const cancelOrder = { execute: () => Promise.reject(new DomainError(problem)) } as never;
    const app = await startHttpApp({ instead: { cancelOrder }, logTo });
    const answered = await app.ask("POST", "/api/v1/orders/o1/cancellation", { as: "kim" });
    expectProblem(answered, "impossible-transition");
    expect(answered.body).not.toHaveProperty("from");
    expect(answered.text).not.toContain("reserve-twice");
    const logged = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 50);
    expect(logged).toMatchObject({ requestId: answered.body.requestId, err: { problem } });
  });
});
