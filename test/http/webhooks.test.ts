import { describe, expect, it } from "vitest";
import { webhookEventTypes } from "../../src/domain/webhook.js";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { replaceMethods } from "../support/replace-methods.js";
import { startListener } from "../unit/adapters/webhook/webhook-listener.js";
import { unavailable } from "../unit/application/sales-fixture.js";
import { pagesOf } from "./list-pages.js";
import { addProduct, orderOf, orderReaching, placeOrder } from "./order-fixture.js";

const path = "/api/v1/admin/webhooks";
const body = { webhookId: "erp", url: "https://shop.example/hooks?token=7", events: ["order.cancelled"] };
const create = (app: HttpApp, facts: object = {}) => app.client.post(path).send({ ...body, ...facts });
const change = (app: HttpApp, facts: object, id = "erp") => app.client.patch(`${path}/${id}`).send(facts);
const shown = { ...body, enabled: true, createdAt: expect.stringMatching(/^\d{4}-.*Z$/) };
const secretPattern = /^whsec_[A-Za-z0-9+/]{43}=$/;
const givenSecret = "0123456789abcdef01234567";

/** Cancels a new order, so that its event is delivered to the webhooks. Returns the order's id. */
const cancelOrder = async (app: HttpApp): Promise<string> => {
  const orderId = await placeOrder(app, [await addProduct(app)]);
  await orderReaching(app, orderId, "awaiting-payment");
  await app.as("kim").post(`/api/v1/orders/${orderId}/cancellation`);
  expect((await orderOf(app, orderId)).status).toBe("cancelled");
  return orderId;
};
const deliveriesOf = async (app: HttpApp, query = "", id = "erp") =>
  (await app.client.get(`${path}/${id}/deliveries${query}`).expect(200)).body.items;

describe("POST /admin/webhooks", () => {
  it("creates a webhook and shows its secret once, also if the request is repeated", async () => {
    const app = await startHttpApp();
    const created = await create(app).expect(201);
    expect(created.body).toEqual({ ...shown, secret: expect.stringMatching(secretPattern) });
    expect(created.headers.location).toBe(`${path}/erp`);
    expect((await create(app).expect(200)).body).toEqual(shown);
    expect((await app.client.get(`${path}/erp`).expect(200)).body).toEqual(shown);
    expect((await app.client.get(path).expect(200)).body).toEqual({ items: [shown], nextCursor: null });
    const listed = JSON.stringify((await app.client.get(path)).body);
    expect(listed).not.toContain(created.body.secret);
  });

  it("shows the secret also if the new webhook cannot be read", async () => {
    const { application } = await startHttpApp();
    const webhooks = replaceMethods(application.webhooks, { find: unavailable("database") });
    const created = await create(await startHttpApp({ instead: { webhooks } })).expect(201);
    expect(created.body.secret).toMatch(secretPattern);
  });

  it("takes a given secret, and compares a repeated request with the first one, not with the current values", async () => {
    const app = await startHttpApp();
    expect((await create(app, { secret: givenSecret }).expect(201)).body.secret).toBe(givenSecret);
    await change(app, { url: "https://other.example/", enabled: false }).expect(200);
    expect((await create(app, { secret: givenSecret }).expect(200)).body).toMatchObject({ enabled: false });
    for (const other of [{}, { secret: `${givenSecret}8` }, { secret: givenSecret, events: ["coupon.issued"] }])
      expectProblem(await create(app, other), "id-taken", { id: "erp" });
    await create(app, { secret: givenSecret, url: "https://other.example/" }).expect(409);
  });

  it("creates an id, and accepts every subscribable type", async () => {
    const app = await startHttpApp();
    const { body } = await create(app, { webhookId: undefined, events: [...webhookEventTypes].reverse() }).expect(201);
    expect(body.events).toEqual(webhookEventTypes);
    await app.client.get(`${path}/${body.webhookId}`).expect(200);
  });

  it("keeps the id of the settings' webhook for the settings", async () => {
    const app = await startHttpApp();
    expectProblem(await create(app, { webhookId: "settings" }), "id-taken");
    expectProblem(await change(app, { enabled: false }, "settings"), "webhook-in-settings");
    expectProblem(await app.client.delete(`${path}/settings`), "webhook-in-settings");
    expectProblem(await app.client.post(`${path}/settings/secret`), "webhook-in-settings");
    expectProblem(await app.client.get(`${path}/settings`), "webhook-not-found");
    expect(await deliveriesOf(app, "", "settings")).toEqual([]);
  });

  it("shows the webhook of the settings without the query of its URL", async () => {
    const settingsWebhook = { url: "https://shop.example/hooks?token=7", secrets: [givenSecret] };
    const app = await startHttpApp({ instead: { settingsWebhook } });
    await create(app).expect(201);
    const { body } = await app.client.get(path).expect(200);
    const settings = { webhookId: "settings", url: "https://shop.example/hooks", events: ["schedule.sold-out"] };
    expect(body.items).toEqual([{ ...settings, enabled: true, createdAt: null }, shown]);
    expect((await app.client.get(`${path}/settings`).expect(200)).body).toMatchObject(settings);
  });

  it.each([
    [{ url: "ftp://shop.example/" }, "#/url"],
    [{ url: "/hooks" }, "#/url"],
    [{ url: "https://kim:pw@shop.example/" }, "#/url"],
    [{ url: `https://shop.example/${"x".repeat(2000)}` }, "#/url"],
    [{ events: [] }, "#/events"],
    [{ events: ["order.placed"] }, "#/events/0"],
    [{ events: ["coupon.issued", "coupon.issued"] }, "#/events"],
    [{ secret: givenSecret.slice(1) }, "#/secret"],
    [{ secret: "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM=" }, "#/secret"],
    [{ secret: `${givenSecret}\n` }, "#/secret"],
    [{ secret: "x".repeat(201) }, "#/secret"],
    [{ enabled: true }, "#/enabled"],
  ])("rejects %j", async (facts, pointer) => {
    const app = await startHttpApp();
    expect(faultsOf(await create(app, facts))).toEqual([pointer]);
  });
});

describe("a webhook", () => {
  it("is changed field by field, deleted, and can be created again", async () => {
    const app = await startHttpApp();
    await create(app).expect(201);
    for (const _ of [1, 2])
      expect((await change(app, { enabled: false }).expect(200)).body).toEqual({ ...shown, enabled: false });
    const events = ["coupon.failed", "order.confirmed"];
    const url = "https://new.example/";
    expect((await change(app, { events: [...events].reverse(), url }).expect(200)).body).toEqual({
      ...shown,
      events,
      url,
      enabled: false,
    });
    expect(faultsOf(await change(app, {}))).toEqual(["#"]);
    expect(faultsOf(await change(app, { enabled: true, secret: givenSecret }))).toEqual(["#/secret"]);
    expect(faultsOf(await change(app, { url: null }))).toEqual(["#/url"]);

    const { headers, text } = await app.client.delete(`${path}/erp`).expect(204);
    expect([text, headers["content-length"]]).toEqual(["", undefined]);
    for (const rejected of [
      await app.client.delete(`${path}/erp`),
      await app.client.get(`${path}/erp`),
      await change(app, { enabled: true }),
      await app.client.post(`${path}/erp/secret`),
      await app.client.get(`${path}/erp/deliveries`),
      await app.client.post(`${path}/erp/deliveries/1/replay`),
    ])
      expectProblem(rejected, "webhook-not-found", { webhookId: "erp" });
    await create(app, { url }).expect(201);
  });

  it("gets a new secret with each request for one", async () => {
    const app = await startHttpApp();
    const first = (await create(app).expect(201)).body.secret;
    const second = (await app.client.post(`${path}/erp/secret`).expect(200)).body;
    expect(second).toEqual({ webhookId: "erp", secret: expect.stringMatching(secretPattern) });
    expect(second.secret).not.toBe(first);
    expect((await create(app).expect(200)).body).toEqual(shown);
  });

  it("is listed page by page, oldest first", async () => {
    const app = await startHttpApp();
    for (const webhookId of ["c", "a", "b"]) {
      await create(app, { webhookId }).expect(201);
      app.advance(10);
    }
    const pages = await pagesOf(app.client, path, 2);
    expect(pages.map((page) => page.map(({ webhookId }) => webhookId))).toEqual([["c", "a"], ["b"]]);
  });
});

describe("the deliveries of a webhook", () => {
  it("show why they fail without the target's response, and are sent again by a replay", async () => {
    const app = await startHttpApp();
    await app.work();
    const { port, received } = await startListener((_, response) => response.writeHead(200).end());
    // A target on this machine is refused, because WEBHOOK_ALLOW_PRIVATE is not set.
    await create(app, { url: `http://127.0.0.1:${port}/hooks` }).expect(201);
    await create(app, { webhookId: "coupons", events: ["coupon.issued"] }).expect(201);
    const orderId = await cancelOrder(app);
    const failure = expect.stringMatching(/^not sent: 127\.0\.0\.1 is not a public address$/);
    const pending = {
      ...{ deliveryId: expect.stringMatching(/^\d+$/), eventId: `order.cancelled:${orderId}`, type: "order.cancelled" },
      ...{ status: "pending", lastStatus: null, lastError: failure, nextAt: expect.stringMatching(/Z$/) },
      attempts: 1,
    };
    await expect.poll(() => deliveriesOf(app)).toEqual([pending]);
    expect(await deliveriesOf(app, "?status=delivered")).toEqual([]);
    expect(await deliveriesOf(app, "", "coupons")).toEqual([]);
    expect(faultsOf(await app.client.get(`${path}/erp/deliveries?status=sent`))).toEqual(["query/status"]);

    const [{ deliveryId }] = await deliveriesOf(app);
    const replay = (id: string, of = "erp") => app.client.post(`${path}/${of}/deliveries/${id}/replay`);
    expect((await replay(deliveryId).expect(202)).body).toMatchObject({ deliveryId, status: "pending" });
    await expect.poll(async () => (await deliveriesOf(app))[0].attempts).toBe(2);
    expectProblem(await replay(deliveryId, "coupons"), "webhook-delivery-not-found", { deliveryId });
    expectProblem(await replay("abc"), "webhook-delivery-not-found");
    expect(received).toEqual([]);

    const { text } = await app.client.get("/metrics").expect(200);
    expect(text).toContain('rushboard_webhook_pending{webhook="erp"} 1');
    expect(text).toContain('rushboard_webhook_pending_age_seconds{webhook="coupons"} 0');
    await app.client.delete(`${path}/erp`).expect(204);
    expectProblem(await replay(deliveryId), "webhook-not-found");
  });

  it("are listed page by page, oldest first, and do not grow while the webhook is disabled", async () => {
    const app = await startHttpApp();
    await app.work();
    await create(app).expect(201);
    const orders = [await cancelOrder(app), await cancelOrder(app), await cancelOrder(app)];
    await expect.poll(async () => (await deliveriesOf(app)).length).toBe(3);
    await change(app, { enabled: false }).expect(200);
    await create(app, { webhookId: "witness" }).expect(201);
    await cancelOrder(app);
    await expect.poll(async () => (await deliveriesOf(app, "", "witness")).length).toBe(1);
    const pages = await pagesOf(app.client, `${path}/erp/deliveries`, 2);
    const eventIds = pages.map((page) => page.map(({ eventId }) => eventId));
    const ids = orders.map((orderId) => `order.cancelled:${orderId}`);
    expect(eventIds).toEqual([ids.slice(0, 2), ids.slice(2)]);
  });
});
