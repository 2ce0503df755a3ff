import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type Json, startHttpApp } from "../support/http-app.js";
import { addProduct, audited, heldCoupon, line, minute, orderOf, pay, placeOrder, reached } from "./shop.js";

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const timeline = (...events: readonly string[]) => events.map((event) => ({ event, at: time }));
const eventsOf = ({ timeline = {} }: Json) => Object.values(timeline).map(({ event }) => event);

describe("an order", () => {
  it("is 202 at once with what to follow, and pending until somebody works", async () => {
    const app = await startHttpApp();
    const [cup, pan] = [await addProduct(app), await addProduct(app, { unitPrice: 30_000 })];
    const body = { items: [line(pan, 1), line(cup, 2), line(pan, 2)] };
    const placed = await app.ask("POST", "/api/v1/orders", { as: "kim", body });
    const orderId = String(placed.body.orderId);
    const self = `/api/v1/orders/${orderId}`;
    const events = expect.stringMatching(new RegExp(`^${self}/events\\?ticket=[\\w.-]+$`));
    expect(placed.status).toBe(202);
    expect(placed.body).toEqual({ orderId, status: "pending", links: { self, events } });
    expect(placed.headers.get("location")).toBe(self);

    const items = [
      { ...line(cup, 2), unitPrice: 1000 },
      { ...line(pan, 3), unitPrice: 30_000 },
    ].sort((a, b) => (a.productId < b.productId ? -1 : 1));
    const sums = { subtotal: 92_000, discount: 0, total: 92_000 };
    const order = { orderId, status: "pending", items, ...sums, expiresAt: time, timeline: timeline("order.placed") };
    const shown = await orderOf(app, orderId);
    expect(shown).toEqual(order);
    expect(Date.parse(String(shown.expiresAt)) - Date.parse(String(shown.timeline?.[0]?.at))).toBe(15 * minute);
    expect((await app.ask("GET", "/api/v1/orders", { as: "kim" })).body).toEqual({ items: [shown], nextCursor: null });
    expect((await app.ask("GET", "/api/v1/orders", { as: "lee" })).body).toEqual({ items: [], nextCursor: null });
    expect(await audited(app, cup)).toMatchObject({ onHand: 50, reserved: 0 });
  });

  it("reserves, prices and is confirmed once it is paid, at the prices of its placing", async () => {
    const app = await startHttpApp();
    const cup = await addProduct(app);
    const orderId = await placeOrder(app, [line(cup, 3)]);
    await app.ask("PATCH", `/api/v1/products/${cup}`, { body: { unitPrice: 9 } });
    await app.work();
    const priced = await reached(app, orderId, "awaiting-payment");
    expect(priced).toMatchObject({ total: 3000, expiresAt: time });
    expect(await audited(app, cup)).toMatchObject({ onHand: 47, reserved: 3, sold: 0, balanced: true });
    expect((await pay(app, "k1", { orderId, amount: 3000 })).status).toBe(201);
    const { expiresAt: _, ...confirmed } = { ...priced, status: "confirmed" } as Record<string, unknown>;
    const past = timeline("order.placed", "stock.reserved", "order.priced", "order.confirmed");
    expect(await orderOf(app, orderId)).toEqual({ ...confirmed, timeline: past });
    expect(await audited(app, cup)).toMatchObject({ onHand: 47, reserved: 0, sold: 3, balanced: true });
  });

  it("redeems a coupon, which then serves no other order", async () => {
    const app = await startHttpApp();
    await app.work();
    const cup = await addProduct(app, { unitPrice: 999 });
    const userCouponId = await heldCoupon(app);
    const first = await placeOrder(app, [cup], { userCouponId });
    const priced = await reached(app, first, "awaiting-payment");
    expect(priced).toMatchObject({ subtotal: 999, discount: 99, total: 900 });
    expect(eventsOf(priced)).toEqual(["order.placed", "stock.reserved", "coupon.redeemed", "order.priced"]);
    const mine = await app.ask("GET", "/api/v1/me/coupons", { as: "kim" });
    expect(mine.body.items?.[0]).toMatchObject({ userCouponId, status: "used" });

    const refused = await reached(app, await placeOrder(app, [cup], { userCouponId }), "cancelled");
    expect(refused).toMatchObject({ reason: "coupon-not-redeemable", discount: 0, total: 999 });
    const past = ["order.placed", "stock.reserved", "coupon.redemption-refused", "order.cancelled"];
    expect(eventsOf(refused)).toEqual(past);
    expect(refused).not.toHaveProperty("expiresAt");
    expect(await audited(app, cup)).toMatchObject({ onHand: 49, reserved: 1, balanced: true });
    expect((await pay(app, "k1", { orderId: first, amount: 900 })).status).toBe(201);
  });

  it("ends where the stock does not suffice for every line, and takes nothing", async () => {
    const app = await startHttpApp();
    await app.work();
    const [many, few] = [await addProduct(app), await addProduct(app, { stock: 1 })];
    const order = await reached(app, await placeOrder(app, [many, line(few, 2)]), "cancelled");
    expect(order.reason).toBe("out-of-stock");
    expect(eventsOf(order)).toEqual(["order.placed", "stock.refused", "order.cancelled"]);
    for (const [productId, onHand] of [[many, 50] as const, [few, 1] as const])
      expect(await audited(app, productId)).toMatchObject({ onHand, reserved: 0, balanced: true });
  });

  it("that nobody pays expires, and gives everything back", async () => {
    const app = await startHttpApp();
    await app.work();
    const cup = await addProduct(app);
    const userCouponId = await heldCoupon(app);
    const orderId = await placeOrder(app, [cup], { userCouponId });
    await reached(app, orderId, "awaiting-payment");
    app.advance(15 * minute);
    expectProblem(await pay(app, "k1", { orderId, amount: 900 }), "order-not-payable");
    expect((await reached(app, orderId, "cancelled")).reason).toBe("expired");
    expect(await audited(app, cup)).toMatchObject({ onHand: 50, reserved: 0, balanced: true });
    const mine = await app.ask("GET", "/api/v1/me/coupons", { as: "kim" });
    expect(mine.body.items?.[0]).toMatchObject({ userCouponId, status: "issued" });
  });
});

describe("a cancellation", () => {
  const cancel = (app: Awaited<ReturnType<typeof startHttpApp>>, orderId: string, as = "kim") =>
    app.ask("POST", `/api/v1/orders/${orderId}/cancellation`, { as });

  it("gives back what the order holds, and is 200 when it comes again", async () => {
    const app = await startHttpApp();
    const cup = await addProduct(app);
    const pending = await placeOrder(app, [cup]);
    const cancelled = await cancel(app, pending);
    expect(cancelled).toMatchObject({ status: 202, body: { status: "cancelled", reason: "cancelled-by-shopper" } });
    expect(cancelled.body).toEqual(await orderOf(app, pending));
    await app.work();
    const priced = await placeOrder(app, [cup]);
    await reached(app, priced, "awaiting-payment");
    expect((await cancel(app, priced)).status).toBe(202);
    for (const orderId of [pending, priced]) {
      const again = await cancel(app, orderId);
      expect([again.status, again.body]).toEqual([200, await orderOf(app, orderId)]);
    }
    expect(await audited(app, cup)).toMatchObject({ onHand: 50, reserved: 0, balanced: true });
    expectProblem(await pay(app, "k1", { orderId: priced, amount: 1000 }), "order-not-payable");
  });

  it("comes too late once the order is confirmed, or while a payment is open", async () => {
    const app = await startHttpApp();
    await app.work();
    const cup = await addProduct(app);
    for (const [paymentMethod, status] of [
      ["sandbox-ok", "confirmed"],
      ["sandbox-silent-lost", "awaiting-payment"],
    ] as const) {
      const orderId = await placeOrder(app, [cup]);
      await reached(app, orderId, "awaiting-payment");
      await pay(app, paymentMethod, { orderId, amount: 1000, paymentMethod });
      const before = await orderOf(app, orderId);
      expect(before.status).toBe(status);
      expectProblem(await cancel(app, orderId), "order-not-cancellable");
      expect(await orderOf(app, orderId)).toEqual(before);
    }
    expect(await audited(app, cup)).toMatchObject({ onHand: 48, reserved: 1, sold: 1, balanced: true });
  });

  it("takes no body but an empty one", async () => {
    const app = await startHttpApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const path = `/api/v1/orders/${orderId}/cancellation`;
    expect(faultsOf(await app.ask("POST", path, { as: "kim", body: { reason: "expired" } }))).toEqual(["#/reason"]);
    expect((await app.ask("POST", path, { as: "kim", body: {} })).status).toBe(202);
  });
});
