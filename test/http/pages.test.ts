import { describe, expect, it } from "vitest";
import type { Readiness } from "../../src/adapters/http/api/probes.js";
import { problemTable } from "../../src/adapters/http/api/problems.js";
import { expectProblem } from "../support/expect-problem.js";
import { openCoupon, startHttpApp } from "../support/http-app.js";
import { pay, payableOrder } from "./shop.js";

describe("probes", () => {
  it("tell whether to send work here", async () => {
    let found: Readiness = { status: "ready", checks: { database: "ok" } };
    const app = await startHttpApp({ readiness: async () => found });
    const expected = { ready: 200, degraded: 200, unavailable: 503 } as const;
    for (const [status, code] of Object.entries(expected)) {
      found = { ...found, status: status as keyof typeof expected };
      const answered = await app.ask("GET", "/readyz");
      expect(answered).toMatchObject({ status: code, body: found });
      expect(answered.headers.get("cache-control")).toBe("no-store");
      expect(answered.headers.get("retry-after")).toBe(code === 503 ? "2" : null);
      expect(await app.ask("GET", "/livez")).toMatchObject({ status: 200, body: { status: "alive" } });
    }
  });

  it("answer on a node that does not serve the API, which nothing else does", async () => {
    const app = await startHttpApp({ servesApi: false });
    for (const path of ["/livez", "/readyz", "/metrics"]) expect((await app.ask("GET", path)).status).toBe(200);
    expectProblem(await app.ask("GET", "/api/v1/coupons"), "not-found");
    expect((await app.ask("GET", "/openapi.json")).text).not.toContain("/api/v1/");
  });
});

describe("/metrics", () => {
  it("counts claims by outcome and requests by route, never by what a caller wrote", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app, { quantity: 1 });
    for (const as of ["kim", "kim", "lee"]) await app.ask("POST", `/api/v1/coupons/${couponId}/claims`, { as });
    await app.ask("GET", "/some-path-of-mine");
    const { text, headers } = await app.ask("GET", "/metrics");
    expect(headers.get("content-type")).toMatch(/^text\/plain/);
    expect([...text.matchAll(/^rushboard_claims_total\{outcome="(.+)"\} (\d+)$/gm)].map(([, ...pair]) => pair)).toEqual(
      [
        ["accepted", "1"],
        ["standing", "1"],
        ["coupon-sold-out", "1"],
      ],
    );
    for (const name of [
      "rushboard_sse_connections 0",
      "rushboard_outbox_waiting 0",
      "rushboard_dead_letters 0",
      "rushboard_queue_cold 0",
      "rushboard_consumer_lag{",
      "rushboard_sql_duration_seconds_count{",
      "process_cpu_user_seconds_total",
    ])
      expect(text).toContain(`\n${name}`);
    const durations = text
      .split("\n")
      .filter((line) => line.startsWith("rushboard_http_request_duration_seconds_count"));
    expect(durations.some((line) => line.includes('route="/api/v1/coupons/:couponId/claims"'))).toBe(true);
    expect(durations.some((line) => line.includes('route="other"'))).toBe(true);
    expect(text).not.toContain("some-path-of-mine");
    expect(text).not.toContain(couponId);
  });
});

describe("payments in /metrics", () => {
  it("are counted by their status or the problem's code, and where another part of the service says so", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app);
    await pay(app, "k1", { orderId, amount: 1000, paymentMethod: "sandbox-declined" });
    await pay(app, "k2", { orderId, amount: 999 });
    await pay(app, "k3", { orderId, amount: 1000 });
    await pay(app, "k3", { orderId, amount: 1000 });
    await pay(app, null, { orderId, amount: 1000 });
    app.metrics.payment("refunded");
    const { text } = await app.ask("GET", "/metrics");
    const counted = [...text.matchAll(/^rushboard_payments_total\{outcome="(.+)"\} (\d+)$/gm)];
    expect(counted.map(([, outcome, count]) => [outcome, Number(count)])).toEqual([
      ["payment-declined", 1],
      ["amount-mismatch", 1],
      ["succeeded", 2],
      ["invalid-request", 1],
      ["refunded", 1],
    ]);
  });
});

describe("/docs", () => {
  it("asks no host but this one", async () => {
    const app = await startHttpApp();
    const page = await app.ask("GET", "/docs");
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => String(file));
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//);
      const { status, headers } = await app.ask("GET", file);
      expect({ file, status }).toEqual({ file, status: 200 });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
    expect(page.text + (await app.ask("GET", "/docs/start.js")).text).not.toMatch(/https?:|\/\/\w/);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
    for (const path of ["/docs/package.json", "/docs/..%2Fpackage.json", "/docs/%2e%2e/package.json"])
      expect((await app.ask("GET", path)).status).toBe(404);
  });
});

describe("/problems", () => {
  it("means every code that there is, to programs and to people", async () => {
    const app = await startHttpApp();
    for (const [code, { status, title }] of Object.entries(problemTable)) {
      const type = `/problems/${code}`;
      expect((await app.ask("GET", type)).body).toMatchObject({ type, code, status, title });
      const page = await app.ask("GET", type, { headers: { accept: "text/html,*/*;q=0.8" } });
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(page.text).toContain(`<code>${code}</code>`);
    }
    for (const code of ["no-such-code", "__proto__", "constructor"])
      expectProblem(await app.ask("GET", `/problems/${code}`), "not-found");
  });
});
