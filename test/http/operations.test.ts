import { describe, expect, it } from "vitest";
import type { Readiness } from "../../src/adapters/http/api/probes.js";
import { problemTable } from "../../src/adapters/http/api/problems.js";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { pay, payableOrder } from "./order-fixture.js";

const { client } = await sharedHttpApp();

describe("the probes", () => {
  it("report whether the process runs and whether to send requests to it", async () => {
    let readiness: Readiness = { status: "ready", checks: { database: "ok" } };
    const { client } = await startHttpApp({ readiness: async () => readiness });
    for (const [status, code] of [
      ["ready", 200],
      ["degraded", 200],
      ["unavailable", 503],
    ] as const) {
      readiness = { ...readiness, status };
      const { body, headers } = await client.get("/readyz").expect(code);
      expect(body).toEqual(readiness);
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["retry-after"]).toBe(code === 503 ? "2" : undefined);
      expect((await client.get("/livez").expect(200)).body).toEqual({ status: "alive" });
    }
  });

  it("are served by a node that does not serve the API", async () => {
    const { client } = await startHttpApp({ servesApi: false });
    for (const path of ["/livez", "/readyz", "/metrics"]) await client.get(path).expect(200);
    expectProblem(await client.get("/api/v1/coupons"), "not-found");
    expect((await client.get("/openapi.json")).text).not.toContain("/api/v1/");
  });
});

describe("GET /metrics", () => {
  /** Returns the outcomes that occurred. */
  const outcomesIn = (text: string, counter: string) =>
    Object.fromEntries(
      [...text.matchAll(new RegExp(`^${counter}\\{outcome="(.+)"\\} ([1-9]\\d*)$`, "gm"))].map(([, outcome, count]) => [
        outcome,
        Number(count),
      ]),
    );

  it("counts claims by outcome and requests by route, without values that callers chose", async () => {
    const app = await startHttpApp();
    const couponId = await createCoupon(app, { quantity: 1 });
    for (const as of ["kim", "kim", "lee"]) await app.as(as).post(`/api/v1/coupons/${couponId}/claims`);
    await app.client.get("/some-unknown-path");
    const { text, headers } = await app.client.get("/metrics").expect(200);
    expect(headers["content-type"]).toMatch(/^text\/plain/);
    expect(outcomesIn(text, "rushboard_claims_total")).toEqual({ accepted: 1, standing: 1, "coupon-sold-out": 1 });
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
    for (const route of ["/api/v1/coupons/:couponId/claims", "other"])
      expect(text).toMatch(new RegExp(`^rushboard_http_request_duration_seconds_count\\{.*route="${route}"`, "m"));
    expect(text).not.toContain("some-unknown-path");
    expect(text).not.toContain(couponId);
  });

  it("counts payments by status or problem, including those that are settled later", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app);
    await pay(app, "k1", { orderId, amount: 1000, paymentMethod: "sandbox-declined" });
    await pay(app, "k2", { orderId, amount: 999 });
    await pay(app, "k3", { orderId, amount: 1000 });
    await pay(app, "k3", { orderId, amount: 1000 });
    await pay(app, null, { orderId, amount: 1000 });
    app.metrics.payment("refunded");
    expect(outcomesIn((await app.client.get("/metrics")).text, "rushboard_payments_total")).toEqual({
      "payment-declined": 1,
      "amount-mismatch": 1,
      succeeded: 2,
      "invalid-request": 1,
      refunded: 1,
    });
  });
});

describe("GET /docs", () => {
  it("is a page for phones and screens, light and dark, that loads only files of this service", async () => {
    const page = await client.get("/docs").expect(200);
    expect(page.text).toMatch(/<html lang="en">[\s\S]*name="viewport"[\s\S]*name="color-scheme" content="light dark"/);
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => String(file));
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//);
      const { headers } = await client.get(file).expect(200);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
    const start = await client.get("/docs/start.js").buffer(true);
    expect(start.text).toContain("prefers-color-scheme: dark");
    expect(page.text + start.text).not.toMatch(/https?:|\/\/\w/);
    const policy = page.headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    for (const path of ["/docs/package.json", "/docs/..%2Fpackage.json", "/docs/%2e%2e/package.json"])
      await client.get(path).expect(404);
  });
});

describe("GET /problems/{code}", () => {
  it("explains every code, as JSON and as a page", async () => {
    for (const [code, { status, title, meaning, advice }] of Object.entries(problemTable)) {
      const type = `/problems/${code}`;
      expect((await client.get(type).expect(200)).body).toEqual({ type, code, status, title, meaning, advice });
      const page = await client.get(type).set("Accept", "text/html,*/*;q=0.8").expect(200);
      expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(page.text).toContain(`<code>${code}</code>`);
    }
    for (const code of ["no-such-code", "__proto__", "constructor"])
      expectProblem(await client.get(`/problems/${code}`), "not-found");
  });
});
