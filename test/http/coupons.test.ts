import { describe, expect, it, vi } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, sharedHttpApp } from "../support/http-app.js";
import { pagesOf } from "./list-pages.js";

const app = await sharedHttpApp();

describe("GET /coupons", () => {
  it("lists coupons page by page, oldest first", async () => {
    const created: string[] = [];
    for (let n = 0; n < 5; n++) created.push(await createCoupon(app));
    const pages = await pagesOf(app.client, "/api/v1/coupons", 2);
    expect(pages.map((page) => page.map(({ couponId }) => couponId))).toEqual([
      created.slice(0, 2),
      created.slice(2, 4),
      created.slice(4),
    ]);
  });
});

describe("POST /coupons", () => {
  const coupon = { couponId: "welcome", name: "Welcome", quantity: 5, discount: { type: "fixed", value: 1000 } };
  const create = (facts: object = {}) => app.client.post("/api/v1/coupons").send({ ...coupon, ...facts });

  it("creates a coupon under a chosen id, and returns its current state to the same request", async () => {
    const created = await create().expect(201);
    expect(created.headers.location).toBe("/api/v1/coupons/welcome");
    const always = { opensAt: null, closesAt: null };
    expect(created.body).toEqual({ ...coupon, ...always, state: "open", remaining: 5, issued: 0 });
    await app.as("kim").post("/api/v1/coupons/welcome/claims").expect(202);
    expect((await create().expect(200)).body).toEqual({ ...created.body, remaining: 4 });
    for (const change of [
      { name: "Other" },
      { quantity: 6 },
      { discount: { type: "percent", value: 10 } },
      { opensAt: "2026-01-01T00:00:00Z" },
    ])
      expectProblem(await create(change), "id-taken", { id: "welcome" });
  });

  it("rejects a new coupon that is closed from the start, with any id", async () => {
    const closesAt = new Date(Date.now() - 1000).toISOString();
    for (const couponId of ["over", "welcome"]) {
      const errors = [{ pointer: "#/closesAt", detail: expect.stringContaining(closesAt) }];
      expectProblem(await create({ couponId, closesAt }), "closes-in-past", { errors });
    }
    await app.client.get("/api/v1/coupons/over").expect(404);
  });

  it("returns a coupon that has closed to the same request as before", async () => {
    const coming = { couponId: "brief", closesAt: new Date(Date.now() + 300).toISOString() };
    await create(coming).expect(201);
    await vi.waitUntil(async () => {
      const { body } = await app.client.get("/api/v1/coupons/brief");
      return body.state === "closed";
    }, 5000);
    expect((await create(coming).expect(200)).body).toMatchObject({ state: "closed" });
    expectProblem(await create({ ...coming, name: "Other" }), "closes-in-past");
  });

  it("accepts the greatest values", async () => {
    const longest = { couponId: "x".repeat(64), name: "😀".repeat(200), quantity: 10_000_000 };
    await create(longest).expect(201);
    const { couponId: _, ...withoutId } = coupon;
    const discounts = [
      { type: "fixed", value: 1_000_000_000 },
      { type: "percent", value: 100 },
    ];
    for (const discount of discounts)
      await app.client
        .post("/api/v1/coupons")
        .send({ ...withoutId, discount })
        .expect(201);
  });
});
