import { describe, expect, it, onTestFinished } from "vitest";
import { ConfiguredProviders } from "../../src/adapters/provider/configured-providers.js";
import type { Charge, PaymentProvider } from "../../src/application/ports/payment-provider.js";
import { openApplication } from "../../src/bootstrap/open-application.js";
import { startExampleBridge } from "../contract/payment-provider/bridge-under-test.js";
import { testSettings } from "../support/application.js";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { pagesOf } from "./list-pages.js";
import { newKey, orderOf, orderReaching, pay, payableOrder } from "./order-fixture.js";

const path = "/api/v1/admin/payments";
const list = async (app: HttpApp, query: object = {}) =>
  (await app.client.get(path).query(query).expect(200)).body.items;

/** The provider, which keeps the charges that it receives. */
const recording = (provider: PaymentProvider) => {
  const charges: Charge[] = [];
  const capture = (charge: Charge) => {
    charges.push(charge);
    return provider.capture(charge);
  };
  const recorded = { capture, void: provider.void.bind(provider), refund: provider.refund.bind(provider) };
  return { charges, provider: recorded };
};

/** A service whose payments go through the example bridge, on the same database as a service that uses the sandbox. */
const startWithBridge = async () => {
  const sandbox = await startHttpApp();
  await sandbox.work();
  const { under, stop } = await startExampleBridge();
  onTestFinished(stop);
  const { charges, provider } = recording(under.here);
  const { ports } = sandbox.backends;
  const providers = new ConfiguredProviders(ports.providers.byName("sandbox"), provider);
  const application = openApplication({ ...ports, providers }, testSettings);
  return { sandbox, bridge: await startHttpApp({ instead: application }), application, charges, under };
};

describe("GET /admin/payments", () => {
  it("lists payments of all shoppers, newest first, and filters them", async () => {
    const app = await startHttpApp();
    await app.work();
    const first = await payableOrder(app);
    const second = await payableOrder(app, { as: "lee" });
    const declined = { orderId: first.orderId, amount: 1000, paymentMethod: "sandbox-declined" };
    await pay(app, newKey(), declined).expect(402);
    app.advance(1000);
    const middle = new Date(Date.now() + 500).toISOString();
    await pay(app, newKey(), { orderId: first.orderId, amount: 1000 }).expect(201);
    app.advance(1000);
    await pay(app, newKey(), { orderId: second.orderId, amount: 1000 }, "lee").expect(201);

    const all = await list(app);
    const facts = { amount: 1000, refunded: 0, provider: "sandbox" };
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    const paymentId = expect.any(String);
    expect(all).toEqual([
      { paymentId, userId: "lee", orderId: second.orderId, ...facts, status: "succeeded", at },
      { paymentId, userId: "kim", orderId: first.orderId, ...facts, status: "succeeded", at },
      { paymentId, userId: "kim", orderId: first.orderId, ...facts, status: "declined", at },
    ]);
    const [newest, older, oldest] = all;
    for (const [query, expected] of [
      [{ userId: "lee" }, [newest]],
      [{ status: "declined" }, [oldest]],
      [{ orderId: first.orderId }, [older, oldest]],
      [{ from: middle }, [newest, older]],
      [{ to: middle }, [oldest]],
      [{ userId: "kim", status: "succeeded", from: middle }, [older]],
      [{ userId: "nobody" }, []],
    ] as const)
      expect([query, await list(app, query)]).toEqual([query, expected]);
    const pages = await pagesOf(app.client, path, 2);
    expect(pages).toEqual([[newest, older], [oldest]]);
    expect(faultsOf(await app.client.get(path).query({ status: "open", userId: "a b" }))).toEqual([
      "query/userId",
      "query/status",
    ]);
  });
});

describe("a payment through the bridge", () => {
  it("charges the opaque method, which is neither stored nor returned", async () => {
    const { bridge, sandbox, charges } = await startWithBridge();
    const { orderId } = await payableOrder(sandbox);
    const [key, payment] = [newKey(), { orderId, amount: 1000, paymentMethod: "tok_card_4242" }];
    const { body, text } = await pay(bridge, key, payment).expect(201);
    expect(body).toMatchObject({ orderId, status: "succeeded" });
    expect(charges).toEqual([{ paymentId: body.paymentId, amount: 1000, method: "tok_card_4242" }]);
    expect(await list(bridge)).toMatchObject([{ provider: "http", status: "succeeded" }]);
    const rows = await sandbox.backends.database.knex("payments");
    expect(text + JSON.stringify([rows, await list(bridge)])).not.toContain("tok_card");
    // The digest distinguishes a retry from another request.
    await pay(bridge, key, payment).expect(201);
    expectProblem(await pay(bridge, key, { ...payment, paymentMethod: "tok_other" }), "idempotency-key-reused");
    expect(charges).toHaveLength(1);
  });

  it("is declined, and a new key pays", async () => {
    const { bridge, sandbox } = await startWithBridge();
    const { orderId } = await payableOrder(sandbox);
    const declined = { orderId, amount: 1000, paymentMethod: "tok_declined" };
    expectProblem(await pay(bridge, newKey(), declined), "payment-declined");
    await pay(bridge, newKey(), { ...declined, paymentMethod: "tok_ok" }).expect(201);
    await orderReaching(sandbox, orderId, "confirmed");
  });

  it("needs a method, which is not one of the sandbox", async () => {
    const { bridge, sandbox, charges } = await startWithBridge();
    const { orderId } = await payableOrder(sandbox);
    for (const paymentMethod of [undefined, "sandbox-ok", "sandbox-other"]) {
      const rejected = await pay(bridge, newKey(), { orderId, amount: 1000, paymentMethod });
      expect(faultsOf(rejected)).toEqual(["#/paymentMethod"]);
    }
    expect([charges, await orderOf(sandbox, orderId)]).toMatchObject([[], { status: "awaiting-payment" }]);
  });

  it("is settled through the provider that it began with, also after a change of settings", async () => {
    const { bridge, sandbox, application, under } = await startWithBridge();
    const [atSandbox, atBridge] = [await payableOrder(sandbox), await payableOrder(sandbox)];
    const silent = { orderId: atSandbox.orderId, amount: 1000, paymentMethod: "sandbox-silent-captured" };
    const { paymentId } = (await pay(sandbox, newKey(), silent).expect(202)).body;
    const paid = await pay(bridge, newKey(), { orderId: atBridge.orderId, amount: 1000, paymentMethod: "tok_ok" });
    sandbox.advance(16_000);
    await application.settleOpenPayments.execute();
    expect((await sandbox.as("kim").get(`/api/v1/payments/${paymentId}`)).body.status).toBe("succeeded");
    // Only the bridge's own payment is in its book.
    expect(await under.totals?.()).toEqual({ captured: 1000, refunded: 0 });
    expect(paid.body.status).toBe("succeeded");
  });
});
