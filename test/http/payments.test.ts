import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addProduct, audited, line, neutral, orderOf, pay, payableOrder, placeOrder, reached } from "./shop.js";

/** Longer than a payment may stay open before it is voided, ms. */
const silence = 16_000;
const paymentOf = (app: HttpApp, paymentId: unknown, as = "kim") =>
  app.ask("GET", `/api/v1/payments/${paymentId}`, { as });

describe("a payment", () => {
  it("is 201 with what was paid, and the order's and the stock's end", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const paid = await pay(app, "k1", { orderId, amount: 1000 });
    const { paymentId } = paid.body;
    expect([paid.status, paid.body]).toEqual([201, { paymentId, orderId, amount: 1000, status: "succeeded" }]);
    expect(paid.headers.get("location")).toBe(`/api/v1/payments/${paymentId}`);
    expect(await paymentOf(app, paymentId)).toMatchObject({ status: 200, body: paid.body });
    expect(await orderOf(app, orderId)).toMatchObject({ status: "confirmed" });
    expect(await audited(app, productId)).toMatchObject({ onHand: 49, reserved: 0, sold: 1, balanced: true });
  });

  it("of nothing needs no provider", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app, { product: { unitPrice: 0 } });
    const paid = await pay(app, "k1", { orderId, amount: 0, paymentMethod: "sandbox-declined" });
    expect(paid).toMatchObject({ status: 201, body: { amount: 0, status: "succeeded" } });
    expect(await orderOf(app, orderId)).toMatchObject({ status: "confirmed" });
  });

  it("that is declined is 402, and a new key may try again", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app);
    const body = { orderId, amount: 1000, paymentMethod: "sandbox-declined" };
    const declined = await pay(app, "k1", body);
    expectProblem(declined, "payment-declined");
    const { paymentId } = declined.body;
    const shown = { paymentId, orderId, amount: 1000, status: "declined" };
    expect(await paymentOf(app, paymentId)).toMatchObject({ status: 200, body: shown });
    const again = await pay(app, "k1", body);
    expectProblem(again, "payment-declined");
    expect(again.body.paymentId).toBe(paymentId);
    expect((await pay(app, "k2", { orderId, amount: 1000 })).status).toBe(201);
    expectProblem(await pay(app, "k1", body), "payment-declined");
  });

  it("whose provider is silent is 202 and bars any other, until what became of it is settled", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const body = { orderId, amount: 1000, paymentMethod: "sandbox-silent-captured" };
    const open = await pay(app, "k1", body);
    const { paymentId } = open.body;
    expect([open.status, open.body]).toEqual([202, { paymentId, orderId, amount: 1000, status: "unknown" }]);
    expect(open.headers.get("location")).toBe(`/api/v1/payments/${paymentId}`);
    expect(await pay(app, "k1", body)).toMatchObject({ status: 202, body: open.body });
    expectProblem(await pay(app, "k2", { orderId, amount: 1000 }), "payment-in-progress");
    app.advance(silence);
    await reached(app, orderId, "confirmed");
    expect(await pay(app, "k1", body)).toMatchObject({ status: 201, body: { paymentId, status: "succeeded" } });
    expect(await audited(app, productId)).toMatchObject({ onHand: 49, sold: 1, balanced: true });
  });

  it("that the provider never had is declined in the end, and leaves the order payable", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app);
    const body = { orderId, amount: 1000, paymentMethod: "sandbox-silent-lost" };
    const { paymentId } = (await pay(app, "k1", body)).body;
    app.advance(silence);
    // Nothing of the order changes, so nothing announces it.
    await expect.poll(async () => (await paymentOf(app, paymentId)).body.status).toBe("declined");
    expectProblem(await pay(app, "k1", body), "payment-declined");
    expect(await orderOf(app, orderId)).toMatchObject({ status: "awaiting-payment" });
    expect((await pay(app, "k2", { orderId, amount: 1000 })).status).toBe(201);
  });
});

describe("a key", () => {
  it("charges once, however many send it at the same instant", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const clicks = await Promise.all(Array.from({ length: 20 }, () => pay(app, "k1", { orderId, amount: 1000 })));
    expect(new Set(clicks.map(({ body }) => body.paymentId)).size).toBe(1);
    for (const { status } of clicks) expect([201, 202]).toContain(status);
    expect(clicks.some(({ status }) => status === 201)).toBe(true);
    expect(await audited(app, productId)).toMatchObject({ onHand: 49, sold: 1, balanced: true });
  });

  it("of each click alone pays once; the others are told so", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const clicks = await Promise.all(
      Array.from({ length: 20 }, (_, n) => pay(app, `k${n}`, { orderId, amount: 1000 })),
    );
    const paid = clicks.filter(({ status }) => status === 201);
    expect(paid).toHaveLength(1);
    for (const { status, body } of clicks)
      if (status !== 201) expect(["payment-in-progress", "already-paid"]).toContain(body.code);
    expect(await audited(app, productId)).toMatchObject({ onHand: 49, sold: 1, balanced: true });
  });

  it("is its shopper's: another's same key is another key", async () => {
    const app = await startHttpApp();
    await app.work();
    const productId = await addProduct(app);
    for (const as of ["kim", "lee"]) {
      const orderId = await placeOrder(app, [line(productId)], { as });
      await reached(app, orderId, "awaiting-payment", as);
      expect((await pay(app, "the-same", { orderId, amount: 1000 }, as)).status).toBe(201);
    }
    expect(await audited(app, productId)).toMatchObject({ sold: 2, balanced: true });
  });

  it("may be as long as it may be, and of any characters that a header bears (control)", async () => {
    const app = await startHttpApp();
    await app.work();
    for (const key of ["x".repeat(255), '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "~!'%\\", "a key, with blanks"]) {
      const { orderId } = await payableOrder(app);
      expect((await pay(app, key, { orderId, amount: 1000 })).status).toBe(201);
      expect((await pay(app, key, { orderId, amount: 1000 })).status).toBe(201);
    }
  });
});

describe("another's payment", () => {
  it("answers like one that is not there", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId } = await payableOrder(app);
    const { paymentId } = (await pay(app, "k1", { orderId, amount: 1000 })).body;
    const [others, none] = [await paymentOf(app, paymentId, "lee"), await paymentOf(app, "none", "lee")];
    for (const answered of [others, none]) expectProblem(answered, "payment-not-found");
    expect(neutral(others.text, others.body.requestId, paymentId)).toBe(
      neutral(none.text, none.body.requestId, "none"),
    );
    expectProblem(await app.ask("GET", `/api/v1/payments/${paymentId}`), "unauthorized");
  });
});
