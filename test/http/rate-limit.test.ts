import { describe, expect, it } from "vitest";
import { EdgeProblem } from "../../src/adapters/http/server/problem-json.js";
import { RateLimit } from "../../src/adapters/http/server/rate-limit.js";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, startHttpApp } from "../support/http-app.js";

describe("the rate limit", () => {
  it("admits a burst of twice the rate, then the rate, for each shopper separately", () => {
    const limit = new RateLimit(10);
    const admits = (shopper: string, now: number): boolean => {
      try {
        limit.take(shopper, now);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(EdgeProblem);
        return false;
      }
    };
    const admittedAt = (now: number) => Array.from({ length: 50 }, () => admits("kim", now)).filter(Boolean).length;
    expect(admittedAt(5000)).toBe(20);
    expect(admits("lee", 5000)).toBe(true);
    expect(admittedAt(5099)).toBe(0);
    expect(admittedAt(5100)).toBe(1);
    // The rate holds across the generations of buckets.
    let admitted = 0;
    for (let now = 5200; now <= 25_100; now += 10) if (admits("kim", now)) admitted += 1;
    expect(admitted).toBe(200);
    expect(admittedAt(30_000)).toBe(20);
  });

  it("returns 429 with the limit and the wait, to that shopper only", async () => {
    const app = await startHttpApp({ rateLimitPerShopper: 1 });
    const path = `/api/v1/coupons/${await createCoupon(app)}/claims`;
    const clicks = await Promise.all(Array.from({ length: 20 }, () => app.as("kim").post(path)));
    const rejected = clicks.find(({ status }) => status === 429);
    if (rejected === undefined) throw new Error("every request was admitted");
    expectProblem(rejected, "too-many-requests", {
      detail: "You may send 1 such requests per second and at most 2 in one burst.",
    });
    expect(rejected.headers).toMatchObject({
      "ratelimit-policy": '"shopper";q=1;w=1',
      ratelimit: expect.stringMatching(/^"shopper";r=0;t=[12]$/),
      "retry-after": expect.stringMatching(/^[12]$/),
    });
    await app.as("lee").post(path).expect(202);
    await app.as("kim").get("/api/v1/me/coupons").expect(200);
  });

  it("counts claims, orders, reservations and payments together, but no reads and cancellations", async () => {
    const app = await startHttpApp({ rateLimitPerShopper: 1 });
    const kim = app.as("kim");
    const post = (path: string) => kim.post(`/api/v1${path}`).send({});
    const burst = await Promise.all([post("/orders"), post("/payments")]);
    expect(burst.map(({ status }) => status)).toEqual([400, 400]);
    for (const path of ["/orders", "/payments", "/schedules/s1/reservations", "/coupons/c1/claims"])
      expectProblem(await post(path), "too-many-requests");
    expectProblem(await post("/orders/o1/cancellation"), "order-not-found");
    expectProblem(await kim.delete("/api/v1/reservations/r1"), "reservation-not-found");
    await kim.get("/api/v1/orders").expect(200);
  });

  it("is off at 0", async () => {
    const app = await startHttpApp({ rateLimitPerShopper: 0 });
    const path = `/api/v1/coupons/${await createCoupon(app)}/claims`;
    const clicks = await Promise.all(Array.from({ length: 50 }, () => app.as("kim").post(path)));
    expect(clicks.filter(({ status }) => status === 429)).toEqual([]);
  });
});
