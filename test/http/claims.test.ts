import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { eventsIn, openStream } from "./event-stream-client.js";
import { minute, withoutIds } from "./order-fixture.js";

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString();

/** Claims stay pending here, because no worker runs. */
const app = await sharedHttpApp();
const [kim, lee] = [app.as("kim"), app.as("lee")];
const claimsOf = (couponId: string) => `/api/v1/coupons/${couponId}/claims`;

describe("POST /coupons/{couponId}/claims", () => {
  it("returns 202 with a position and links", async () => {
    const couponId = await createCoupon(app);
    const { body, headers } = await kim.post(claimsOf(couponId)).expect(202);
    const self = `/api/v1/tasks/${body.taskId}`;
    const events = expect.stringMatching(new RegExp(`^${self}/events\\?ticket=[\\w.-]+$`));
    expect(body).toEqual({
      taskId: body.taskId,
      couponId,
      status: "pending",
      position: 1,
      links: { self, events },
    });
    expect(headers).toMatchObject({ location: self, "retry-after": "1" });
    const task = await kim.get(self).expect(200);
    expect(task.body).toEqual({ taskId: body.taskId, couponId, position: 1, status: "pending" });
  });

  it("returns 200 with the same task when a shopper claims twice", async () => {
    const couponId = await createCoupon(app);
    const first = await kim.post(claimsOf(couponId)).expect(202);
    const second = await kim.post(claimsOf(couponId)).expect(200);
    expect(second.body).toMatchObject({ taskId: first.body.taskId, status: "pending", position: 1 });
    expect(second.headers).not.toHaveProperty("retry-after");
    const latest = await kim.get(`${claimsOf(couponId)}/me`).expect(200);
    expect(latest.body).toMatchObject({ taskId: first.body.taskId, status: "pending", position: 1 });
  });

  // Proves: C2
  it("returns 202 to exactly one of 20 clicks at the same instant", async () => {
    const couponId = await createCoupon(app);
    const clicks = await Promise.all(Array.from({ length: 20 }, () => kim.post(claimsOf(couponId))));
    expect(clicks.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 202]);
    expect(new Set(clicks.map(({ body }) => `${body.taskId} ${body.position}`)).size).toBe(1);
  });

  it("accepts claims between opensAt and closesAt only, and returns an existing claim after closesAt", async () => {
    const app = await startHttpApp();
    const [opensAt, closesAt] = [inMinutes(5), inMinutes(15)];
    const couponId = await createCoupon(app, { opensAt, closesAt });
    const state = async () => (await app.client.get(`/api/v1/coupons/${couponId}`)).body.state;
    const claim = (as: string) => app.as(as).post(claimsOf(couponId));
    expect(await state()).toBe("scheduled");
    expectProblem(await claim("kim"), "coupon-not-open", { cause: "scheduled", opensAt });
    app.advance(10 * minute);
    expect(await state()).toBe("open");
    const { body } = await claim("kim").expect(202);
    app.advance(10 * minute);
    expect(await state()).toBe("closed");
    expect((await claim("kim").expect(200)).body.taskId).toBe(body.taskId);
    expectProblem(await claim("lee"), "coupon-not-open", { cause: "closed", closesAt });
  });

  it("rejects a shopper when the coupon is sold out, and returns an existing claim", async () => {
    const couponId = await createCoupon(app, { quantity: 1 });
    await kim.post(claimsOf(couponId)).expect(202);
    expectProblem(await lee.post(claimsOf(couponId)), "coupon-sold-out", { couponId });
    await kim.post(claimsOf(couponId)).expect(200);
    const { body } = await app.client.get(`/api/v1/coupons/${couponId}`).expect(200);
    expect(body).toMatchObject({ state: "sold-out", remaining: 0, issued: 0 });
  });

  it("requires a shopper and an existing coupon", async () => {
    const anonymous = await app.client.post(claimsOf(await createCoupon(app)));
    expectProblem(anonymous, "unauthorized");
    expect(anonymous.headers["www-authenticate"]).toMatch(/^X-User-Id /);
    expectProblem(await app.as("two words").post(claimsOf("none")), "unauthorized");
    expectProblem(await kim.post(claimsOf("none")), "coupon-not-found", { couponId: "none" });
    expectProblem(await kim.get(`${claimsOf("none")}/me`), "claim-not-found", { couponId: "none" });
  });
});

describe("GET /tasks/{taskId}", () => {
  // Proves: C7
  it("returns the same 404 for another shopper's task as for an unknown id", async () => {
    const { body } = await kim.post(claimsOf(await createCoupon(app))).expect(202);
    for (const suffix of ["", "/events"]) {
      const foreign = await lee.get(`/api/v1/tasks/${body.taskId}${suffix}`);
      const unknown = await lee.get(`/api/v1/tasks/unknown${suffix}`);
      expectProblem(foreign, "task-not-found");
      expect(withoutIds(foreign, body.taskId)).toBe(withoutIds(unknown, "unknown"));
    }
  });
});

describe("a settled claim", () => {
  it("is shown by the task, the shopper's coupons, the audit and the ranking log", async () => {
    const app = await startHttpApp();
    await app.work();
    const couponId = await createCoupon(app, { quantity: 2 });
    for (const as of ["kim", "lee"]) {
      const { body } = await app.as(as).post(claimsOf(couponId)).expect(202);
      const stream = await openStream(app, `/api/v1/tasks/${body.taskId}/events`, as);
      expect(eventsIn(await stream.toEnd()).at(-1)).toMatchObject({ event: "settled" });
    }
    expectProblem(await app.as("choi").post(claimsOf(couponId)), "coupon-sold-out");

    const lee = app.as("lee");
    const coupons = await lee.get("/api/v1/me/coupons").expect(200);
    const [{ userCouponId }] = coupons.body.items;
    const issuedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const items = [{ userCouponId, couponId, status: "issued", position: 2, issuedAt }];
    expect(coupons.body).toEqual({ items, nextCursor: null });
    const { body: latest } = await lee.get(`${claimsOf(couponId)}/me`).expect(200);
    const { body: task } = await lee.get(`/api/v1/tasks/${latest.taskId}`).expect(200);
    expect(task).toMatchObject({ status: "succeeded", result: { userCouponId, couponId, position: 2 } });

    const { body: audit } = await app.client.get(`/api/v1/coupons/${couponId}/audit`).expect(200);
    expect(audit).toEqual({
      quantity: 2,
      admitted: 2,
      taken: 2,
      issued: 2,
      returned: 0,
      remaining: 0,
      balanced: true,
      stores: {
        queue: { admitted: 2, returned: 0 },
        stock: { taken: 2, remaining: 0 },
        database: { pending: 0, issued: 2, failed: 0 },
      },
    });

    // Another consumer writes the log, without a notice.
    const logged = async () => {
      const { body } = await app.client.get(`/api/v1/admin/ranking-logs?couponId=${couponId}`).expect(200);
      return body.items.map(({ userId, position, status }: Record<string, unknown>) => ({ userId, position, status }));
    };
    await expect.poll(logged).toEqual([
      { userId: "kim", position: 1, status: "ISSUED" },
      { userId: "lee", position: 2, status: "ISSUED" },
    ]);
  });
});
