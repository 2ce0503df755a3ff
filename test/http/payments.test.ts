import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
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
  payableOrder,
  placeOrder,
  withoutIds,
} from "./order-fixture.js";

/** Longer than a payment may stay open before the sweeper voids it, ms. */
const beyondOpenMs = 16_000;

const app = await sharedHttpApp();
await app.work();
const paymentOf = (paymentId: string, as = "kim", from = app) => from.as(as).get(`/api/v1/payments/${paymentId}`);

/** Everything that a payment can change. */
const stateOf = async (orderId: string, productId: string) =>
  JSON.stringify([await orderOf(app, orderId), await auditOf(app, productId)]);

describe("POST /payments", () => {
  it("returns 201, confirms the order and sells its stock", async () => {
    const { orderId, productId } = await payableOrder(app);
    const { body, headers } = await pay(app, newKey(), { orderId, amount: 1000 }).expect(201);
    const { paymentId } = body;
    expect(body).toEqual({ paymentId, orderId, amount: 1000, status: "succeeded" });
    expect(headers.location).toBe(`/api/v1/payments/${paymentId}`);
    expect((await paymentOf(paymentId).expect(200)).body).toEqual(body);
    expect(await orderOf(app, orderId)).toMatchObject({ status: "confirmed" });
    expect(await auditOf(app, productId)).toMatchObject({ onHand: 49, reserved: 0, sold: 1, balanced: true });
  });

  it("needs no provider for an amount of 0", async () => {
    const { orderId } = await payableOrder(app, { product: { unitPrice: 0 } });
    const payment = { orderId, amount: 0, paymentMethod: "sandbox-declined" };
    expect((await pay(app, newKey(), payment).expect(201)).body).toMatchObject({ amount: 0, status: "succeeded" });
    expect(await orderOf(app, orderId)).toMatchObject({ status: "confirmed" });
  });

  it("returns 402 when the payment is declined; another key may try again", async () => {
    const { orderId } = await payableOrder(app);
    const [key, declined] = [newKey(), { orderId, amount: 1000, paymentMethod: "sandbox-declined" }];
    const { body } = await pay(app, key, declined).expect(402);
    const { paymentId } = body;
    expect((await paymentOf(paymentId).expect(200)).body).toEqual({
      paymentId,
      orderId,
      amount: 1000,
      status: "declined",
    });
    expectProblem(await pay(app, key, declined), "payment-declined", { paymentId });
    await pay(app, newKey(), { orderId, amount: 1000 }).expect(201);
    expectProblem(await pay(app, key, declined), "payment-declined", { paymentId });
  });

  it("returns 202 while the provider is silent and rejects other payments until the outcome is known", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const payment = { orderId, amount: 1000, paymentMethod: "sandbox-silent-captured" };
    const { body, headers } = await pay(app, "k1", payment).expect(202);
    const { paymentId } = body;
    expect(body).toEqual({ paymentId, orderId, amount: 1000, status: "unknown" });
    expect(headers.location).toBe(`/api/v1/payments/${paymentId}`);
    expect((await pay(app, "k1", payment).expect(202)).body).toEqual(body);
    expectProblem(await pay(app, "k2", { orderId, amount: 1000 }), "payment-in-progress", { paymentId });
    app.advance(beyondOpenMs);
    await orderReaching(app, orderId, "confirmed");
    expect((await pay(app, "k1", payment).expect(201)).body).toMatchObject({ paymentId, status: "succeeded" });
    expect(await auditOf(app, productId)).toMatchObject({ onHand: 49, sold: 1, balanced: true });
  });

  it("leaves the order payable when the provider never received the payment", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app);
    const payment = { orderId, amount: 1000, paymentMethod: "sandbox-silent-lost" };
    const { paymentId } = (await pay(app, "k1", payment).expect(202)).body;
    app.advance(beyondOpenMs);
    // The order does not change, so no notice announces this.
    await expect.poll(async () => (await paymentOf(paymentId, "kim", app)).body.status).toBe("declined");
    expectProblem(await pay(app, "k1", payment), "payment-declined");
    expect(await orderOf(app, orderId)).toMatchObject({ status: "awaiting-payment" });
    await pay(app, "k2", { orderId, amount: 1000 }).expect(201);
  });

  it("rejects a wrong amount, an unknown order and another shopper's order, and changes nothing", async () => {
    const { orderId, productId } = await payableOrder(app);
    const before = await stateOf(orderId, productId);
    const key = newKey();
    for (const amount of [999, 1001, 0])
      expectProblem(await pay(app, key, { orderId, amount }), "amount-mismatch", { amount: 1000, sent: amount });
    const foreign = await pay(app, key, { orderId, amount: 1000 }, "lee");
    const unknown = await pay(app, key, { orderId: "unknown", amount: 1000 }, "lee");
    for (const rejected of [foreign, unknown]) expectProblem(rejected, "order-not-found");
    expect(withoutIds(foreign, orderId)).toBe(withoutIds(unknown, "unknown"));
    expectProblem(await pay(app, key, { reservationId: "unknown", amount: 1000 }), "reservation-not-found");
    expect(await stateOf(orderId, productId)).toBe(before);
    // None of these requests has bound the key.
    await pay(app, key, { orderId, amount: 1000 }).expect(201);
  });

  it("rejects a second payment of a paid order, even with a wrong amount", async () => {
    const { orderId, productId } = await payableOrder(app);
    const { paymentId } = (await pay(app, newKey(), { orderId, amount: 1000 }).expect(201)).body;
    const after = await stateOf(orderId, productId);
    for (const amount of [1000, 1])
      expectProblem(await pay(app, newKey(), { orderId, amount }), "already-paid", { paymentId });
    expect(await stateOf(orderId, productId)).toBe(after);
  });

  it("rejects an order that has no total yet, is cancelled or has expired, each with its cause", async () => {
    const app = await startHttpApp();
    const pending = await placeOrder(app, [await addProduct(app)]);
    expectProblem(await pay(app, "k1", { orderId: pending, amount: 1000 }), "order-not-payable", {
      cause: "not-priced",
      detail: `Order ${pending} is pending: its total is not known yet.`,
    });
    await app.work();
    const { orderId } = await payableOrder(app);
    await app.as("kim").post(`/api/v1/orders/${orderId}/cancellation`).expect(202);
    expectProblem(await pay(app, "k1", { orderId, amount: 1000 }), "order-not-payable", {
      cause: "cancelled",
      detail: `Order ${orderId} is cancelled; the reason is cancelled-by-shopper.`,
      advice: "Place a new order.",
    });
    const late = await payableOrder(app);
    const { expiresAt } = await orderOf(app, late.orderId);
    app.advance(15 * minute);
    const rejected = await pay(app, "k1", { orderId: late.orderId, amount: 1000 });
    // The sweeper may have cancelled the order in the meantime.
    const cause = rejected.body.cause === "cancelled" ? "the reason is expired" : `expired at ${expiresAt}`;
    expectProblem(rejected, "order-not-payable", { detail: expect.stringContaining(cause) });
  });
});

describe("an Idempotency-Key", () => {
  it("charges once when 20 requests with it arrive at the same instant", async () => {
    const { orderId, productId } = await payableOrder(app);
    const key = newKey();
    const clicks = await Promise.all(Array.from({ length: 20 }, () => pay(app, key, { orderId, amount: 1000 })));
    expect(new Set(clicks.map(({ body }) => body.paymentId)).size).toBe(1);
    for (const { status } of clicks) expect([201, 202]).toContain(status);
    expect(clicks.some(({ status }) => status === 201)).toBe(true);
    expect(await auditOf(app, productId)).toMatchObject({ onHand: 49, sold: 1, balanced: true });
  });

  it("that differs per request lets one of 20 simultaneous requests pay", async () => {
    const { orderId, productId } = await payableOrder(app);
    const clicks = await Promise.all(Array.from({ length: 20 }, () => pay(app, newKey(), { orderId, amount: 1000 })));
    expect(clicks.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of clicks)
      if (status !== 201) expect(["payment-in-progress", "already-paid"]).toContain(body.code);
    expect(await auditOf(app, productId)).toMatchObject({ onHand: 49, sold: 1, balanced: true });
  });

  it("belongs to its shopper: another shopper's same key is a different one", async () => {
    const productId = await addProduct(app);
    for (const as of ["kim", "lee"]) {
      const orderId = await placeOrder(app, [line(productId)], { as });
      await orderReaching(app, orderId, "awaiting-payment", as);
      await pay(app, "the-same", { orderId, amount: 1000 }, as).expect(201);
    }
    expect(await auditOf(app, productId)).toMatchObject({ sold: 2, balanced: true });
  });

  it("is rejected with another body, before any other check of that body", async () => {
    const [first, other] = [await payableOrder(app), await payableOrder(app)];
    const key = newKey();
    await pay(app, key, { orderId: first.orderId, amount: 1000 }).expect(201);
    const before = await stateOf(other.orderId, other.productId);
    for (const payment of [
      { orderId: other.orderId, amount: 1000 },
      { orderId: "unknown", amount: 1000 },
      { reservationId: first.orderId, amount: 1000 },
      { orderId: first.orderId, amount: 1001 },
      { orderId: first.orderId, amount: 1000, paymentMethod: "sandbox-slow" },
    ])
      expectProblem(await pay(app, key, payment), "idempotency-key-reused", { idempotencyKey: key });
    expect(await stateOf(other.orderId, other.productId)).toBe(before);
    // The same values in another order are the same body.
    await pay(app, key, { amount: 1000, paymentMethod: "sandbox-ok", orderId: first.orderId }).expect(201);
  });

  it("may have 255 printable ASCII characters", async () => {
    for (const key of ["x".repeat(255), '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "~!'%\\", "a key, with blanks"]) {
      const { orderId } = await payableOrder(app);
      const { body } = await pay(app, key, { orderId, amount: 1000 }).expect(201);
      expect((await pay(app, key, { orderId, amount: 1000 }).expect(201)).body).toEqual(body);
    }
  });

  it("is required, must be valid and must not be repeated", async () => {
    for (const key of [null, "", "x".repeat(256), "a\tb", "\u00e9"])
      expect(faultsOf(await pay(app, key, { orderId: "o1", amount: 1000 }))).toEqual(["header/Idempotency-Key"]);
    // A proxy and the service could use different ones of two headers.
    const body = JSON.stringify({ orderId: "o1", amount: 1000 });
    const head = "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nX-User-Id: kim\r\nConnection: close\r\n";
    const key = "Idempotency-Key: k1\r\n";
    const rest = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(faultsOf(await app.sendBytes(head + key + key + rest))).toEqual(["header/Idempotency-Key"]);
    expectProblem(await app.sendBytes(head + key + rest), "order-not-found");
  });
});

describe("GET /payments/{paymentId}", () => {
  it("returns the same 404 for another shopper's payment as for an unknown id", async () => {
    const { orderId } = await payableOrder(app);
    const { paymentId } = (await pay(app, newKey(), { orderId, amount: 1000 }).expect(201)).body;
    const [foreign, unknown] = [await paymentOf(paymentId, "lee"), await paymentOf("unknown", "lee")];
    for (const rejected of [foreign, unknown]) expectProblem(rejected, "payment-not-found");
    expect(withoutIds(foreign, paymentId)).toBe(withoutIds(unknown, "unknown"));
  });
});
