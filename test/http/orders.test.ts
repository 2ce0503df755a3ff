import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/domain/problem.js";
import { expectProblem } from "../support/expect-problem.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import {
  addProduct,
  auditOf,
  line,
  minute,
  newKey,
  orderOf,
  orderReaching,
  pay,
  placeOrder,
  userCouponFor,
  withoutIds,
} from "./order-fixture.js";

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const timeline = (...events: readonly string[]) => events.map((event) => ({ event, at: time }));
const eventsOf = (order: { timeline: { event: string }[] }) => order.timeline.map(({ event }) => event);

/** Orders stay pending in `idle`, because no worker runs there. */
const [idle, app] = [await sharedHttpApp(), await sharedHttpApp()];
await app.work();
const place = (body: object, as = "kim", to = app) => to.as(as).post("/api/v1/orders").send(body);
const cancel = (orderId: string, as = "kim", to = app) => to.as(as).post(`/api/v1/orders/${orderId}/cancellation`);
const couponOf = async (as: string) => (await app.as(as).get("/api/v1/me/coupons").expect(200)).body.items[0];

describe("POST /orders", () => {
  it("returns 202 with links; the order is pending, its lines merged", async () => {
    const [cup, pan] = [await addProduct(idle), await addProduct(idle, { unitPrice: 30_000 })];
    const { body, headers } = await place({ items: [line(pan, 1), line(cup, 2), line(pan, 2)] }, "kim", idle).expect(
      202,
    );
    const { orderId } = body;
    const self = `/api/v1/orders/${orderId}`;
    const events = expect.stringMatching(new RegExp(`^${self}/events\\?ticket=[\\w.-]+$`));
    expect(body).toEqual({ orderId, status: "pending", links: { self, events } });
    expect(headers.location).toBe(self);

    const items = [
      { ...line(cup, 2), unitPrice: 1000 },
      { ...line(pan, 3), unitPrice: 30_000 },
    ].sort((a, b) => (a.productId < b.productId ? -1 : 1));
    const sums = { subtotal: 92_000, discount: 0, total: 92_000 };
    const order = await orderOf(idle, orderId);
    expect(order).toEqual({
      orderId,
      status: "pending",
      items,
      ...sums,
      expiresAt: time,
      timeline: timeline("order.placed"),
    });
    expect(Date.parse(order.expiresAt) - Date.parse(order.timeline[0].at)).toBe(15 * minute);
    expect((await idle.as("kim").get("/api/v1/orders").expect(200)).body).toEqual({ items: [order], nextCursor: null });
    expect((await idle.as("lee").get("/api/v1/orders").expect(200)).body.items).toEqual([]);
    expect(await auditOf(idle, cup)).toMatchObject({ onHand: 50, reserved: 0 });
  });

  it("returns 200 with the current order to the same request, and 409 to another one", async () => {
    const [a, b] = [await addProduct(app), await addProduct(app)];
    const order = { orderId: "chosen", items: [line(a, 2), line(b, 1)] };
    await place(order).expect(202);
    const split = { ...order, items: [line(b, 1), line(a, 1), line(a, 1)] };
    for (const same of [order, split]) {
      const { body, headers } = await place(same).expect(200);
      expect(headers.location).toBe("/api/v1/orders/chosen");
      const { links, ...current } = body;
      expect(current).toMatchObject({ orderId: "chosen", total: 3000 });
      expect(Object.keys(current).sort()).toEqual(Object.keys(await orderOf(app, "chosen")).sort());
      await app.as("kim").get(links.self).expect(200);
      expect(links.events).toMatch(/^\/api\/v1\/orders\/chosen\/events\?ticket=/);
    }
    for (const change of [
      { items: [line(a, 2)] },
      { items: [line(a, 2), line(b, 2)] },
      { items: [line(a, 1), line(b, 2)] },
      { userCouponId: await userCouponFor(app) },
    ])
      expectProblem(await place({ ...order, ...change }), "id-taken", { id: "chosen" });
    expectProblem(await place(order, "lee"), "id-taken");
  });

  it("places one order when 10 requests with one id arrive at the same instant", async () => {
    const order = { orderId: "clicked", items: [line(await addProduct(app))] };
    const clicks = await Promise.all(Array.from({ length: 10 }, () => place(order)));
    expect(clicks.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 202]);
  });

  it("accepts 50 lines of 1,000 units", async () => {
    const productId = await addProduct(app, { productId: "x".repeat(64), unitPrice: 20_000 });
    const orderId = "y".repeat(64);
    await place({ orderId, items: Array(50).fill(line(productId, 1000)) }).expect(202);
    expect(await orderOf(app, orderId)).toMatchObject({ total: 1_000_000_000, items: [{ quantity: 50_000 }] });
  });

  it("rejects unknown products and coupons, other shoppers' coupons and too large subtotals", async () => {
    const [cup, gold] = [await addProduct(app), await addProduct(app, { unitPrice: 1_000_000_000, stock: 5 })];
    const foreign = await userCouponFor(app, "lee");
    const placeAsChoi = (body: object) => place(body, "choi");
    const unknown = await placeAsChoi({ items: [line(cup), line("unknown")] });
    expectProblem(unknown, "product-not-found", { productId: "unknown" });
    const [others, none] = [
      await placeAsChoi({ items: [line(cup)], userCouponId: foreign }),
      await placeAsChoi({ items: [line(cup)], userCouponId: "none" }),
    ];
    for (const rejected of [others, none]) expectProblem(rejected, "coupon-not-found");
    expect(withoutIds(others, foreign)).toBe(withoutIds(none, "none"));
    for (const items of [[line(gold, 2)], [line(gold), line(cup)], Array(50).fill(line(gold, 1000))])
      expectProblem(await placeAsChoi({ items }), "order-too-large", { greatest: 1_000_000_000 });

    expect((await app.as("choi").get("/api/v1/orders").expect(200)).body.items).toEqual([]);
    for (const productId of [cup, gold]) expect(await auditOf(app, productId)).toMatchObject({ reserved: 0, sold: 0 });
    expect(await couponOf("lee")).toMatchObject({ userCouponId: foreign, status: "issued" });
  });

  it("places nothing while the key of tickets cannot be read", async () => {
    let isDown = true;
    const ticketKey = async () => {
      if (isDown) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      return new Uint8Array(32);
    };
    const app = await startHttpApp({ ticketKey });
    const order = { items: [line(await addProduct(app))] };
    expectProblem(await place(order, "kim", app), "engine-unavailable", { engine: "database" });
    expect((await app.as("kim").get("/api/v1/orders")).body.items).toEqual([]);
    isDown = false;
    await place(order, "kim", app).expect(202);
  });
});

describe("an order", () => {
  it("is confirmed when it is paid, at the prices of its placing", async () => {
    const app = await startHttpApp();
    const cup = await addProduct(app);
    const orderId = await placeOrder(app, [line(cup, 3)]);
    await app.client.patch(`/api/v1/products/${cup}`).send({ unitPrice: 9 }).expect(200);
    await app.work();
    const priced = await orderReaching(app, orderId, "awaiting-payment");
    expect(priced).toMatchObject({ total: 3000, expiresAt: time });
    expect(await auditOf(app, cup)).toMatchObject({ onHand: 47, reserved: 3, sold: 0, balanced: true });
    await pay(app, newKey(), { orderId, amount: 3000 }).expect(201);
    const { expiresAt: _, ...rest } = priced;
    const events = timeline("order.placed", "stock.reserved", "order.priced", "order.confirmed");
    expect(await orderOf(app, orderId)).toEqual({ ...rest, status: "confirmed", timeline: events });
    expect(await auditOf(app, cup)).toMatchObject({ onHand: 47, reserved: 0, sold: 3, balanced: true });
  });

  it("redeems a coupon, which no other order can redeem", async () => {
    const cup = await addProduct(app, { unitPrice: 999 });
    const userCouponId = await userCouponFor(app, "park");
    const first = await placeOrder(app, [cup], { as: "park", userCouponId });
    const priced = await orderReaching(app, first, "awaiting-payment", "park");
    expect(priced).toMatchObject({ subtotal: 999, discount: 99, total: 900 });
    expect(eventsOf(priced)).toEqual(["order.placed", "stock.reserved", "coupon.redeemed", "order.priced"]);
    expect(await couponOf("park")).toMatchObject({ userCouponId, status: "used" });

    const second = await placeOrder(app, [cup], { as: "park", userCouponId });
    const refused = await orderReaching(app, second, "cancelled", "park");
    expect(refused).toMatchObject({ reason: "coupon-not-redeemable", discount: 0, total: 999 });
    expect(eventsOf(refused)).toEqual([
      "order.placed",
      "stock.reserved",
      "coupon.redemption-refused",
      "order.cancelled",
    ]);
    expect(refused).not.toHaveProperty("expiresAt");
    expect(await auditOf(app, cup)).toMatchObject({ onHand: 49, reserved: 1, balanced: true });
    await pay(app, newKey(), { orderId: first, amount: 900 }, "park").expect(201);
  });

  it("is cancelled without taking stock if one line exceeds its stock", async () => {
    const [many, few] = [await addProduct(app), await addProduct(app, { stock: 1 })];
    const order = await orderReaching(app, await placeOrder(app, [many, line(few, 2)]), "cancelled");
    expect(order.reason).toBe("out-of-stock");
    expect(eventsOf(order)).toEqual(["order.placed", "stock.refused", "order.cancelled"]);
    for (const [productId, onHand] of [[many, 50] as const, [few, 1] as const])
      expect(await auditOf(app, productId)).toMatchObject({ onHand, reserved: 0, balanced: true });
  });

  it("expires unpaid and gives back its stock and its coupon", async () => {
    const app = await startHttpApp();
    await app.work();
    const cup = await addProduct(app);
    const userCouponId = await userCouponFor(app);
    const orderId = await placeOrder(app, [cup], { userCouponId });
    await orderReaching(app, orderId, "awaiting-payment");
    app.advance(15 * minute);
    expect((await orderReaching(app, orderId, "cancelled")).reason).toBe("expired");
    expect(await auditOf(app, cup)).toMatchObject({ onHand: 50, reserved: 0, balanced: true });
    const { body } = await app.as("kim").get("/api/v1/me/coupons").expect(200);
    expect(body.items[0]).toMatchObject({ userCouponId, status: "issued" });
  });

  it("looks to another shopper like one that does not exist", async () => {
    const orderId = await placeOrder(app, [await addProduct(app)]);
    await orderReaching(app, orderId, "awaiting-payment");
    const before = await orderOf(app, orderId);
    const lee = app.as("lee");
    for (const [foreign, unknown] of [
      [await lee.get(`/api/v1/orders/${orderId}`), await lee.get("/api/v1/orders/unknown")],
      [await lee.get(`/api/v1/orders/${orderId}/events`), await lee.get("/api/v1/orders/unknown/events")],
      [await cancel(orderId, "lee"), await cancel("unknown", "lee")],
    ] as const) {
      for (const rejected of [foreign, unknown]) expectProblem(rejected, "order-not-found");
      expect(withoutIds(foreign, orderId)).toBe(withoutIds(unknown, "unknown"));
    }
    expect(await orderOf(app, orderId)).toEqual(before);
  });
});

describe("POST /orders/{orderId}/cancellation", () => {
  it("gives back what the order holds, and returns 200 when repeated", async () => {
    const cup = await addProduct(app);
    const pending = await placeOrder(idle, [await addProduct(idle)]);
    const { body } = await cancel(pending, "kim", idle).expect(202);
    expect(body).toMatchObject({ status: "cancelled", reason: "cancelled-by-shopper" });
    expect(body).toEqual(await orderOf(idle, pending));

    const priced = await placeOrder(app, [cup]);
    await orderReaching(app, priced, "awaiting-payment");
    await cancel(priced).expect(202);
    expect((await cancel(priced).expect(200)).body).toEqual(await orderOf(app, priced));
    expect(await auditOf(app, cup)).toMatchObject({ onHand: 50, reserved: 0, balanced: true });
  });

  it("is rejected once the order is confirmed, or while a payment is open", async () => {
    for (const [paymentMethod, status, cause] of [
      ["sandbox-ok", "confirmed", "confirmed"],
      ["sandbox-silent-lost", "awaiting-payment", "payment-open"],
    ] as const) {
      const orderId = await placeOrder(app, [await addProduct(app)]);
      await orderReaching(app, orderId, "awaiting-payment");
      await pay(app, newKey(), { orderId, amount: 1000, paymentMethod });
      const before = await orderOf(app, orderId);
      expect(before.status).toBe(status);
      expectProblem(await cancel(orderId), "order-not-cancellable", { orderId, cause });
      expect(await orderOf(app, orderId)).toEqual(before);
    }
  });
});
