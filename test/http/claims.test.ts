import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, openCoupon, startHttpApp } from "../support/http-app.js";

const minute = 60_000;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString();

const claim = (app: HttpApp, couponId: string, as: string) =>
  app.ask("POST", `/api/v1/coupons/${couponId}/claims`, { as });

/** Follows a claim to its end: the stream closes when it is settled. */
const settled = (app: HttpApp, taskId: unknown, as: string) => app.ask("GET", `/api/v1/tasks/${taskId}/events`, { as });

describe("a claim", () => {
  it("is 202 with what to follow, then 200 as it stands", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app);
    const first = await claim(app, couponId, "kim");
    const taskId = String(first.body.taskId);
    const self = `/api/v1/tasks/${taskId}`;
    const events = expect.stringMatching(new RegExp(`^${self}/events\\?ticket=[\\w.-]+$`));
    expect(first.status).toBe(202);
    expect(first.body).toEqual({ taskId, couponId, status: "pending", position: 1, links: { self, events } });
    expect(first.headers.get("location")).toBe(self);
    expect(first.headers.get("retry-after")).toBe("1");

    const second = await claim(app, couponId, "kim");
    expect([second.status, second.body.taskId, second.headers.get("retry-after")]).toEqual([200, taskId, null]);
    const mine = await app.ask("GET", `/api/v1/coupons/${couponId}/claims/me`, { as: "kim" });
    expect(mine).toMatchObject({ status: 200, body: { taskId, status: "pending", position: 1 } });
    const task = await app.ask("GET", self, { as: "kim" });
    expect(task.body).toEqual({ taskId, couponId, position: 1, status: "pending" });
  });

  // Proves: C2
  it("is made by exactly one of many clicks at the same instant", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app);
    const clicks = await Promise.all(Array.from({ length: 20 }, () => claim(app, couponId, "kim")));
    expect(clicks.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 202]);
    expect(new Set(clicks.map(({ body }) => `${body.taskId} ${body.position}`)).size).toBe(1);
  });

  it("is refused before the opening and after the closing, but stands once it was made", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app, { opensAt: inMinutes(5), closesAt: inMinutes(15) });
    const state = async () => (await app.ask("GET", `/api/v1/coupons/${couponId}`)).body.state;
    expect(await state()).toBe("scheduled");
    expectProblem(await claim(app, couponId, "kim"), "coupon-not-open");
    app.advance(10 * minute);
    expect(await state()).toBe("open");
    const made = await claim(app, couponId, "kim");
    expect(made.status).toBe(202);
    app.advance(10 * minute);
    expect(await state()).toBe("closed");
    expect(await claim(app, couponId, "kim")).toMatchObject({ status: 200, body: { taskId: made.body.taskId } });
    expectProblem(await claim(app, couponId, "lee"), "coupon-not-open");
  });

  it("is refused when the coupon is sold out, but stands once it was made", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app, { quantity: 1 });
    expect((await claim(app, couponId, "kim")).status).toBe(202);
    expectProblem(await claim(app, couponId, "lee"), "coupon-sold-out");
    expect((await claim(app, couponId, "kim")).status).toBe(200);
    const { body } = await app.ask("GET", `/api/v1/coupons/${couponId}`);
    expect(body).toMatchObject({ state: "sold-out", remaining: 0, issued: 0 });
  });

  it("needs a shopper and a coupon", async () => {
    const app = await startHttpApp();
    const nobody = await app.ask("POST", `/api/v1/coupons/${await openCoupon(app)}/claims`);
    expectProblem(nobody, "unauthorized");
    expect(nobody.headers.get("www-authenticate")).toMatch(/^X-User-Id /);
    expectProblem(await claim(app, "c1", "two words"), "unauthorized");
    expectProblem(await claim(app, "c1", "kim"), "coupon-not-found");
    expectProblem(await app.ask("GET", "/api/v1/coupons/c1/claims/me", { as: "kim" }), "claim-not-found");
  });

  // Proves: C7
  it("shows another's task as it shows none", async () => {
    const app = await startHttpApp();
    const { body } = await claim(app, await openCoupon(app), "kim");
    for (const suffix of ["", "/events"]) {
      const others = await app.ask("GET", `/api/v1/tasks/${body.taskId}${suffix}`, { as: "lee" });
      const none = await app.ask("GET", `/api/v1/tasks/no-such-task${suffix}`, { as: "lee" });
      expectProblem(others, "task-not-found");
      const neutral = ({ text, body: { requestId, taskId } }: typeof none) =>
        text.replaceAll(String(requestId), "").replaceAll(String(taskId), "");
      expect(neutral(others)).toBe(neutral(none));
    }
  });

  it("becomes a coupon, a balanced audit and a line in the ranking log", async () => {
    const app = await startHttpApp();
    await app.work();
    const couponId = await openCoupon(app, { quantity: 2 });
    for (const as of ["kim", "lee"]) await settled(app, (await claim(app, couponId, as)).body.taskId, as);
    expectProblem(await claim(app, couponId, "choi"), "coupon-sold-out");

    const held = await app.ask("GET", "/api/v1/me/coupons", { as: "lee" });
    const userCouponId = held.body.items?.[0]?.userCouponId;
    const issuedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const items = [{ userCouponId, couponId, status: "issued", position: 2, issuedAt }];
    expect(held.body).toEqual({ items, nextCursor: null });
    const { body: mine } = await app.ask("GET", `/api/v1/coupons/${couponId}/claims/me`, { as: "lee" });
    const { body: task } = await app.ask("GET", `/api/v1/tasks/${mine.taskId}`, { as: "lee" });
    expect(task).toMatchObject({ status: "succeeded", result: { userCouponId, couponId, position: 2 } });

    const { body: audit } = await app.ask("GET", `/api/v1/coupons/${couponId}/audit`);
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
    // The log is written by a consumer of its own, which nothing announces.
    const logged = async () => {
      const { body: log } = await app.ask("GET", `/api/v1/admin/ranking-logs?couponId=${couponId}`);
      return Object.values(log.items ?? {}).map(({ userId, position, status }) => ({ userId, position, status }));
    };
    await expect.poll(logged).toEqual([
      { userId: "kim", position: 1, status: "ISSUED" },
      { userId: "lee", position: 2, status: "ISSUED" },
    ]);
  });
});

describe("coupons", () => {
  it("are listed oldest first, page by page, each once", async () => {
    const app = await startHttpApp();
    const opened: string[] = [];
    for (let n = 0; n < 5; n++) opened.push(await openCoupon(app));
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await app.ask("GET", `/api/v1/coupons?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...Object.values(body.items ?? {}).map(({ couponId }) => String(couponId)));
      cursor = body.nextCursor === null ? "" : encodeURIComponent(String(body.nextCursor));
    } while (cursor !== "");
    expect(seen).toEqual(opened);
    expect(faultsOf(await app.ask("GET", "/api/v1/coupons?cursor=!"))).toEqual(["query/cursor"]);
  });

  it("keep a chosen id: the same again is 200, anything else 409", async () => {
    const app = await startHttpApp();
    const body = { couponId: "welcome", name: "Welcome", quantity: 5, discount: { type: "fixed", value: 1000 } };
    const open = (facts: object = {}) => app.ask("POST", "/api/v1/coupons", { body: { ...body, ...facts } });
    const created = await open();
    expect([created.status, created.headers.get("location")]).toEqual([201, "/api/v1/coupons/welcome"]);
    const window = { opensAt: null, closesAt: null };
    expect(created.body).toEqual({ ...body, ...window, state: "open", remaining: 5, issued: 0 });
    await claim(app, "welcome", "kim");
    expect(await open()).toMatchObject({ status: 200, body: { remaining: 4 } });
    for (const other of [
      { name: "Other" },
      { quantity: 6 },
      { discount: { type: "percent", value: 10 } },
      { opensAt: "2026-01-01T00:00:00Z" },
    ])
      expectProblem(await open(other), "id-taken");
  });
});
