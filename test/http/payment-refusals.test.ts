import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addProduct, audited, minute, neutral, orderOf, pay, payableOrder, placeOrder } from "./shop.js";

const good = { orderId: "o1", amount: 1000 };
/** Bodies that are no payment, each with the place that is to be named. */
const bodies: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["neither id", "#", { amount: 1000 }],
  ["both ids", "#", { ...good, reservationId: "r1" }],
  ["an id that cannot be", "#/orderId", { ...good, orderId: "o'1" }],
  ["an id of null", "#/reservationId", { ...good, reservationId: null }],
  ["no amount", "#/amount", { orderId: "o1" }],
  ["an amount below 0", "#/amount", { ...good, amount: -1 }],
  ["half a won", "#/amount", { ...good, amount: 999.5 }],
  ["10⁹ + 1", "#/amount", { ...good, amount: 1_000_000_001 }],
  ["2^53", "#/amount", { ...good, amount: 2 ** 53 }],
  ["an amount as text", "#/amount", { ...good, amount: "1000" }],
  ["an unknown method", "#/paymentMethod", { ...good, paymentMethod: "cash" }],
  ["a method of null", "#/paymentMethod", { ...good, paymentMethod: null }],
  ["an unknown field", "#/currency", { ...good, currency: "KRW" }],
];

const keys: readonly (readonly [what: string, key: string | null])[] = [
  ["none", null],
  ["an empty one", ""],
  ["256 characters", "x".repeat(256)],
  ["a tab inside", "a\tb"],
  ["another script", "\u00e9"],
];

/** All that a payment could change. */
const state = async (app: HttpApp, orderId: string, productId: string) =>
  JSON.stringify([await orderOf(app, orderId), await audited(app, productId)]);

describe("a request that is no payment", () => {
  it("is refused, with the place named, and changes nothing", async () => {
    const app = await startHttpApp();
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const before = await state(app, orderId, productId);
    for (const [what, key] of keys) {
      const answered = await pay(app, key, { orderId, amount: 1000 });
      expect({ what, faults: faultsOf(answered) }).toEqual({ what, faults: ["header/Idempotency-Key"] });
    }
    for (const [what, pointer, body] of bodies)
      expect({ what, faults: faultsOf(await pay(app, "k1", body)) }).toEqual({ what, faults: [pointer] });
    expect(await state(app, orderId, productId)).toBe(before);
    // None of them has bound its key.
    expect((await pay(app, "k1", { orderId, amount: 1000 })).status).toBe(201);
  });

  it("is bound to any other key (control)", async () => {
    const app = await startHttpApp();
    await app.work();
    for (const key of ["x".repeat(255), "a key, with blanks"]) {
      const { orderId } = await payableOrder(app);
      const paid = await pay(app, key, { orderId, amount: 1000 });
      expect(paid.status).toBe(201);
      expect((await pay(app, key, { orderId, amount: 1000 })).body).toEqual(paid.body);
    }
  });

  it("is refused where the key comes twice: a proxy and we could take different ones", async () => {
    const app = await startHttpApp();
    const body = JSON.stringify(good);
    const key = "Idempotency-Key: k1\r\n";
    const head = "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nX-User-Id: kim\r\nConnection: close\r\n";
    const type = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    expect(faultsOf(await app.raw(head + key + key + type + body))).toEqual(["header/Idempotency-Key"]);
    expectProblem(await app.raw(head + key + type + body), "order-not-found");
  });
});

describe("a payment that cannot be", () => {
  it("has a code of its own by what is wrong, binds no key, and changes nothing", async () => {
    const app = await startHttpApp();
    const waiting = await placeOrder(app, [await addProduct(app)]);
    expectProblem(await pay(app, "k1", { orderId: waiting, amount: 1000 }), "order-not-payable");
    await app.work();
    const { orderId, productId } = await payableOrder(app);
    const before = await state(app, orderId, productId);

    for (const amount of [999, 1001, 0]) {
      const answered = await pay(app, "k1", { orderId, amount });
      expectProblem(answered, "amount-mismatch");
      expect(answered.body.amount).toBe(1000);
    }
    const [others, none] = [
      await pay(app, "k1", { orderId, amount: 1000 }, "lee"),
      await pay(app, "k1", { orderId: "none", amount: 1000 }, "lee"),
    ];
    for (const answered of [others, none]) expectProblem(answered, "order-not-found");
    expect(neutral(others.text, others.body.requestId, orderId)).toBe(neutral(none.text, none.body.requestId, "none"));
    expectProblem(await pay(app, "k1", { reservationId: "none", amount: 1000 }), "reservation-not-found");
    expect(await state(app, orderId, productId)).toBe(before);

    expect((await pay(app, "k1", { orderId, amount: 1000 })).status).toBe(201);
    const after = await state(app, orderId, productId);
    expectProblem(await pay(app, "k2", { orderId, amount: 1000 }), "already-paid");
    expectProblem(await pay(app, "k2", { orderId, amount: 1 }), "already-paid");
    expect(await state(app, orderId, productId)).toBe(after);
  });

  it("is refused for a key that stands for another one, before all else that is wrong with it", async () => {
    const app = await startHttpApp();
    await app.work();
    const [first, other] = [await payableOrder(app), await payableOrder(app)];
    expect((await pay(app, "k1", { orderId: first.orderId, amount: 1000 })).status).toBe(201);
    const before = await state(app, other.orderId, other.productId);
    for (const body of [
      { orderId: other.orderId, amount: 1000 },
      { orderId: "none", amount: 1000 },
      { reservationId: first.orderId, amount: 1000 },
      { orderId: first.orderId, amount: 1001 },
      { orderId: first.orderId, amount: 1000, paymentMethod: "sandbox-slow" },
    ])
      expectProblem(await pay(app, "k1", body), "idempotency-key-reused");
    expect(await state(app, other.orderId, other.productId)).toBe(before);
    const spelt = { amount: 1000, paymentMethod: "sandbox-ok", orderId: first.orderId };
    expect((await pay(app, "k1", spelt)).status).toBe(201);
  });

  it("comes too late for an order that has expired or was cancelled", async () => {
    const app = await startHttpApp();
    await app.work();
    const [late, cancelled] = [await payableOrder(app), await payableOrder(app)];
    await app.ask("POST", `/api/v1/orders/${cancelled.orderId}/cancellation`, { as: "kim" });
    expectProblem(await pay(app, "k1", { orderId: cancelled.orderId, amount: 1000 }), "order-not-payable");
    app.advance(15 * minute);
    expectProblem(await pay(app, "k1", { orderId: late.orderId, amount: 1000 }), "order-not-payable");
    for (const { productId } of [late, cancelled]) expect(await audited(app, productId)).toMatchObject({ sold: 0 });
  });

  it("is told of who asks, then of what was sent, then of what is not there", async () => {
    const app = await startHttpApp();
    expectProblem(await app.ask("POST", "/api/v1/payments", { body: {} }), "unauthorized");
    expect(faultsOf(await pay(app, null, { orderId: "none", amount: 1 }))).toEqual(["header/Idempotency-Key"]);
    expect(faultsOf(await pay(app, "k1", { orderId: "none", amount: -1 }))).toEqual(["#/amount"]);
    expectProblem(await pay(app, "k1", { orderId: "none", amount: 1 }), "order-not-found");
  });
});
