import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { EdgeProblem } from "../../src/adapters/http/server/problem-json.js";
import { RateLimit } from "../../src/adapters/http/server/rate-limit.js";
import { DomainError } from "../../src/domain/problem.js";
import { couponId } from "../support/drop.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, openCoupon, startHttpApp } from "../support/http-app.js";

const never = new Promise<never>(() => {});
const claim = (app: HttpApp, id: string, as: string) => app.ask("POST", `/api/v1/coupons/${id}/claims`, { as });

/** Coupons that are listed when `page` is there, and when somebody has asked for them. */
const listingBy = (page: Promise<unknown>) => {
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const list = () => {
    asked();
    return page;
  };
  return { coupons: { list } as never, arrived };
};

describe("the rate limit", () => {
  it("lets through a burst of twice the rate, then the rate, for each shopper alone", () => {
    const limit = new RateLimit(10);
    const through = (shopper: string, now: number): boolean => {
      try {
        limit.take(shopper, now);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(EdgeProblem);
        return false;
      }
    };
    const countAt = (now: number) => Array.from({ length: 50 }, () => through("kim", now)).filter(Boolean).length;
    expect(countAt(5000)).toBe(20);
    expect(through("lee", 5000)).toBe(true);
    expect(countAt(5099)).toBe(0);
    expect(countAt(5100)).toBe(1);
    // Spread over generations of the memory, the rate stays what it is.
    let passed = 0;
    for (let now = 5200; now <= 25_100; now += 10) if (through("kim", now)) passed += 1;
    expect(passed).toBe(200);
    expect(countAt(30_000)).toBe(20);
  });

  it("answers 429 that says when to come back, to that shopper's claims only", async () => {
    const app = await startHttpApp({ rateLimitPerShopper: 1 });
    const id = await openCoupon(app);
    const clicks = await Promise.all(Array.from({ length: 20 }, () => claim(app, id, "kim")));
    const refused = clicks.find(({ status }) => status === 429);
    if (refused === undefined) throw new Error("all were let through");
    expectProblem(refused, "too-many-requests");
    expect(refused.headers.get("ratelimit-policy")).toBe('"shopper";q=1;w=1');
    expect(refused.headers.get("ratelimit")).toMatch(/^"shopper";r=0;t=[12]$/);
    expect(refused.headers.get("retry-after")).toMatch(/^[12]$/);
    expect((await claim(app, id, "lee")).status).toBe(202);
    expect((await app.ask("GET", "/api/v1/me/coupons", { as: "kim" })).status).toBe(200);
  });

  it("counts orders, reservations and payments with claims, and nothing that only looks or takes back", async () => {
    const app = await startHttpApp({ rateLimitPerShopper: 1 });
    const ask = (method: string, path: string) => app.ask(method, `/api/v1${path}`, { as: "kim", body: {} });
    const burst = await Promise.all([ask("POST", "/orders"), ask("POST", "/payments")]);
    expect(burst.map(({ status }) => status)).toEqual([400, 400]);
    for (const path of ["/orders", "/payments", "/schedules/s1/reservations", "/coupons/c1/claims"])
      expectProblem(await ask("POST", path), "too-many-requests");
    expectProblem(await ask("POST", "/orders/o1/cancellation"), "order-not-found");
    expectProblem(await ask("DELETE", "/reservations/r1"), "reservation-not-found");
    expect((await app.ask("GET", "/api/v1/orders", { as: "kim" })).status).toBe(200);
  });

  it("is off at 0", async () => {
    const app = await startHttpApp({ rateLimitPerShopper: 0 });
    const id = await openCoupon(app);
    const clicks = await Promise.all(Array.from({ length: 50 }, () => claim(app, id, "kim")));
    expect(clicks.filter(({ status }) => status === 429)).toEqual([]);
  });
});

describe("what takes too long or cannot be", () => {
  it("is 503 at the deadline, whatever comes of it later", async () => {
    let answer = (_page: unknown) => {};
    const page = new Promise((resolve) => {
      answer = resolve;
    });
    const app = await startHttpApp({ deadlineMs: 20, instead: { coupons: { list: () => page } as never } });
    const late = await app.ask("GET", "/api/v1/coupons");
    expectProblem(late, "deadline-exceeded");
    expect(late.headers.get("retry-after")).toBe("2");
    answer({ items: [], next: null });
    expect((await app.ask("GET", "/livez")).status).toBe(200);
  });

  it("is 408 at the deadline where the body has not come, and what comes of it then is not begun", async () => {
    const app = await startHttpApp({ deadlineMs: 20 });
    const body = JSON.stringify({ name: "Cup", unitPrice: 1, stock: 1 });
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1").setEncoding("utf8");
    socket.write("POST /api/v1/products HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
    socket.write(`Content-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`);
    const [answer] = (await once(socket, "data")) as [string];
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*\r\nConnection: close\r\n[\s\S]*"code":"request-timeout"/);
    socket.end(body.slice(9));
    await once(socket, "close");
    expect((await app.ask("GET", "/api/v1/products")).body.items).toEqual([]);
  });

  it("is 503 with Retry-After where a retry is what helps", async () => {
    const unlucky = (problem: DomainError) => ({
      claimCoupon: { execute: () => Promise.reject(problem) } as never,
    });
    const c1 = couponId("c1");
    const problems = [
      { code: "claim-not-accepted", couponId: c1 },
      { code: "engine-unavailable", engine: "database" },
    ] as const;
    for (const problem of problems) {
      const app = await startHttpApp({ instead: unlucky(new DomainError(problem, new Error("secret"))) });
      const answered = await claim(app, "c1", "kim");
      expectProblem(answered, problem.code);
      expect(Number(answered.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(answered.text).not.toContain("secret");
    }
  });

  it("does not keep a stop waiting for a connection that never asked", async () => {
    const app = await startHttpApp();
    const silent = connect(Number(new URL(app.url).port), "127.0.0.1");
    await once(silent, "connect");
    const closed = once(silent, "close");
    await app.ask("GET", "/livez");
    // Far beyond this test's own time.
    await app.server.stop(600_000);
    await closed;
  });

  it("answers probes that it is stopping while a request is under way", async () => {
    let answer = (_page: unknown) => {};
    const { coupons, arrived } = listingBy(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    const app = await startHttpApp({ instead: { coupons } });
    const slow = app.ask("GET", "/api/v1/coupons");
    await arrived;
    const stopped = app.server.stop(600_000);
    const { status, body, headers } = await app.ask("GET", "/readyz");
    expect([status, body.checks?.process, headers.get("connection")]).toEqual([503, "stopping", "close"]);
    answer({ items: [], next: null });
    expect((await slow).status).toBe(200);
    await stopped;
    await expect(app.ask("GET", "/readyz")).rejects.toThrow();
  });

  it("does not keep a stop waiting longer than it is told to", async () => {
    const { coupons, arrived } = listingBy(never);
    const app = await startHttpApp({ deadlineMs: 60_000, instead: { coupons } });
    const cutOff = expect(app.ask("GET", "/api/v1/coupons")).rejects.toThrow();
    await arrived;
    await app.server.stop(10);
    await cutOff;
  });
});

describe("an origin", () => {
  it("may read answers exactly where it is configured", async () => {
    const app = await startHttpApp({ corsOrigins: ["https://shop.example"] });
    const allowed = async (origin: string) => {
      const { headers } = await app.ask("GET", "/api/v1/coupons", { headers: { origin } });
      expect(headers.get("vary")).toBe("Origin");
      expect(headers.get("access-control-allow-credentials")).toBeNull();
      return headers.get("access-control-allow-origin");
    };
    expect(await allowed("https://shop.example")).toBe("https://shop.example");
    for (const other of ["https://shop.example.evil", "http://shop.example", "https://SHOP.example", "null"])
      expect(await allowed(other)).toBeNull();

    const preflight = (origin: string) =>
      app.ask("OPTIONS", "/api/v1/coupons/c1/claims", {
        headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
      });
    const { status, headers } = await preflight("https://shop.example");
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-methods")).toContain("POST");
    expect(headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
    expect((await preflight("https://other.example")).headers.get("access-control-allow-methods")).toBeNull();
  });

  it("is nobody by default", async () => {
    const app = await startHttpApp();
    const { headers } = await app.ask("GET", "/api/v1/coupons", { headers: { origin: app.url } });
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});
