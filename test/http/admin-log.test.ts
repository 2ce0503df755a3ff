import { describe, expect, it } from "vitest";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { AddProduct } from "../../src/application/product/add-product.js";
import { createEvent } from "../../src/domain/event.js";
import { settingsWebhookKey } from "../../src/domain/webhook.js";
import { soldOut } from "../contract/webhook-deliveries/announcements.js";
import { claim, noon } from "../support/coupon-data.js";
import { faultsOf } from "../support/expect-problem.js";
import { createCoupon, type HttpApp, sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { pagesOf } from "./list-pages.js";
import { addProduct } from "./order-fixture.js";

const path = "/api/v1/admin/log";
const app = await sharedHttpApp();

type Request = { readonly path: string; readonly body?: object; readonly action: string; readonly thing: string };

const parkDeadLetter = async ({ backends, client }: HttpApp): Promise<string> => {
  const event = JSON.stringify(createEvent("coupon.requested", claim("a", 1), noon));
  const letter = { type: "coupon.requested", group: "stock", error: "no", attempts: 8, event } as const;
  await backends.ports.deadLetterRows.park([letter]);
  return (await client.get("/api/v1/admin/dead-letters?limit=200")).body.items.at(-1).id;
};

const addConcert = async ({ client }: HttpApp): Promise<string> =>
  (await client.post("/api/v1/concerts").send({ title: "Spring" }).expect(201)).body.concertId;

const webhook = { url: "https://shop.example/hooks", events: ["order.confirmed"] };
const addWebhook = async ({ client }: HttpApp): Promise<string> =>
  (await client.post("/api/v1/admin/webhooks").send(webhook).expect(201)).body.webhookId;

const schedule = { startsAt: "2030-04-01T10:00:00Z", salesOpenAt: "2026-01-01T00:00:00Z", seats: 2, price: 1 };

/** For every A route that changes something: prepares a successful request, and names the entry that it must write. */
const changes: Readonly<Record<string, (app: HttpApp) => Promise<Request>>> = {
  "POST /coupons": async () => ({
    path: "/coupons",
    body: { couponId: "c1", name: "One", quantity: 1, discount: { type: "fixed", value: 1 } },
    action: "coupon.created",
    thing: "c1",
  }),
  "POST /products": async () => ({
    path: "/products",
    body: { productId: "p1", name: "Cup", unitPrice: 1, stock: 1 },
    action: "product.created",
    thing: "p1",
  }),
  "PATCH /products/:productId": async (app) => {
    const productId = await addProduct(app);
    return { path: `/products/${productId}`, body: { restock: 1 }, action: "product.changed", thing: productId };
  },
  "POST /concerts": async () => ({
    path: "/concerts",
    body: { concertId: "k1", title: "Spring" },
    action: "concert.created",
    thing: "k1",
  }),
  "POST /concerts/:concertId/schedules": async (app) => ({
    path: `/concerts/${await addConcert(app)}/schedules`,
    body: { scheduleId: "s1", ...schedule },
    action: "schedule.created",
    thing: "s1",
  }),
  "POST /admin/statistics/:businessDay/sync": async () => ({
    path: "/admin/statistics/2020-01-01/sync",
    action: "day.closed",
    thing: "2020-01-01",
  }),
  "POST /admin/rankings/rebuild": async () => ({
    path: "/admin/rankings/rebuild",
    body: { board: "weekly" },
    action: "board.rebuilt",
    thing: "weekly",
  }),
  "DELETE /admin/dead-letters/:deadLetterId": async (app) => {
    const id = await parkDeadLetter(app);
    return { path: `/admin/dead-letters/${id}`, action: "dead-letter.deleted", thing: id };
  },
  "POST /admin/dead-letters/:deadLetterId/replay": async (app) => {
    const id = await parkDeadLetter(app);
    return { path: `/admin/dead-letters/${id}/replay`, action: "dead-letter.replayed", thing: id };
  },
  "POST /admin/webhooks": async () => ({
    ...{ path: "/admin/webhooks", action: "webhook.created", thing: "w1" },
    body: { ...webhook, webhookId: "w1" },
  }),
  "PATCH /admin/webhooks/:webhookId": async (app) => {
    const thing = await addWebhook(app);
    return { path: `/admin/webhooks/${thing}`, body: { enabled: false }, action: "webhook.changed", thing };
  },
  "DELETE /admin/webhooks/:webhookId": async (app) => {
    const thing = await addWebhook(app);
    return { path: `/admin/webhooks/${thing}`, action: "webhook.deleted", thing };
  },
  "POST /admin/webhooks/:webhookId/secret": async (app) => {
    const thing = await addWebhook(app);
    return { path: `/admin/webhooks/${thing}/secret`, action: "webhook.secret-renewed", thing };
  },
  "POST /admin/webhooks/:webhookId/deliveries/:deliveryId/replay": async ({ application }) => {
    const delivery = { key: settingsWebhookKey, event: soldOut(1) };
    await application.work.run((tx) => tx.webhookDeliveries.add([delivery], noon));
    const page = await application.webhooks.deliveries(settingsWebhookKey, null, null, 1);
    const id = page?.items[0]?.deliveryId ?? "";
    const path = `/admin/webhooks/settings/deliveries/${id}/replay`;
    return { path, action: "delivery.replayed", thing: `settings/${id}` };
  },
};

/** Sends the request of a route. Returns the entries that the log has for it. */
const entriesOf = async (app: HttpApp, route: string, requestId: string) => {
  const request = await changes[route]?.(app);
  if (request === undefined) throw new Error(`no request for ${route}: add it to the table of this test`);
  const method = route.split(" ")[0]?.toLowerCase() as "post" | "patch" | "delete";
  const url = `/api/v1${request.path}`;
  const response = await app
    .as("boss")
    [method](url)
    .set("X-Request-Id", requestId)
    .send(request.body ?? {});
  expect([route, response.ok, response.body]).toEqual([route, true, response.body]);
  const { items } = (await app.client.get(`${path}?limit=200`).expect(200)).body;
  const entries = items.filter((entry: { requestId: string }) => entry.requestId === requestId);
  const { action, thing } = request;
  return { entries, expected: { id: expect.any(String), userId: "boss", action, thing, requestId } };
};

describe("the admin log", () => {
  const routes = app.server.tables.flatMap(({ routes }) => routes);
  const changing = routes.filter(({ access, method }) => access === "admin" && method !== "GET");

  it.each(changing.map(({ method, path }) => `${method} ${path}`))("has an entry of %s", async (route) => {
    const { entries, expected } = await entriesOf(app, route, "the-request");
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(entries[0]).toEqual({ ...expected, at });
  });

  it("a use case that writes no entry is found (negative control)", async () => {
    const { application } = await startHttpApp();
    const { work, clock } = application;
    const withoutLog: UnitOfWork = {
      run: (body) => work.run((tx) => body({ ...tx, adminLog: { add: async () => {} } })),
    };
    const wrong = await startHttpApp({ instead: { ...application, addProduct: new AddProduct(withoutLog, clock) } });
    expect((await entriesOf(wrong, "POST /products", "the-request")).entries).toEqual([]);
  });

  it("has no entry of a request that changes nothing", async () => {
    const app = await startHttpApp();
    const product = { productId: "p1", name: "Cup", unitPrice: 1, stock: 1 };
    const create = (body: object) => app.client.post("/api/v1/products").send(body);
    for (const status of [201, 200]) await create(product).expect(status);
    await create({ ...product, name: "Other" }).expect(409);
    await app.client.patch("/api/v1/products/unknown").send({ restock: 1 }).expect(404);
    const { items } = (await app.client.get(path).expect(200)).body;
    expect(items.map(({ action, userId }: { action: string; userId: null }) => [action, userId])).toEqual([
      ["product.created", null],
    ]);
  });

  it("is listed page by page, newest first", async () => {
    const app = await startHttpApp();
    const created: string[] = [];
    for (let n = 0; n < 5; n += 1) created.unshift(await createCoupon(app));
    const pages = await pagesOf(app.client, path, 2);
    expect(pages.map((page) => page.map(({ thing }) => thing))).toEqual([
      created.slice(0, 2),
      created.slice(2, 4),
      created.slice(4),
    ]);
    const { nextCursor: cursor } = (await app.client.get("/api/v1/coupons?limit=1").expect(200)).body;
    expect(faultsOf(await app.client.get(path).query({ cursor }))).toEqual(["query/cursor"]);
  });
});
