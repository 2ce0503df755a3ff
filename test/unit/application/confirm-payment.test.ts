import { describe, expect, it } from "vitest";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { Money } from "../../../src/domain/money.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { UseCaseName } from "../../support/application.js";
import { rowsIn } from "../../support/coupon-data.js";
import { flushPromises } from "../../support/flush-promises.js";
import { ben, items, type OrderFixture, openOrderFixture, rejectionOf, ttlMs } from "./order-fixture.js";

const times = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

describe("a captured payment", () => {
  it("confirms the order, moves its stock to sold, adds its sales and sends the events in one commit", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 2], ["mug", 1]));
    const payment = await fixture.pay("o", "key");
    expect(payment).toMatchObject({ paymentId: "payment-1", status: "succeeded", amount: 2300 });
    expect(fixture.order("o")).toMatchObject({ status: "confirmed", paymentId: "payment-1" });
    expect([fixture.units("lamp"), fixture.units("mug")]).toEqual([
      [8, 0, 2],
      [9, 0, 1],
    ]);
    expect(fixture.ledger.sales()).toEqual([
      { saleId: "order:o:lamp", productId: "lamp", quantity: 2 },
      { saleId: "order:o:mug", productId: "mug", quantity: 1 },
    ]);
    // payment.confirmed, order.confirmed, and a product.sold for each line.
    expect(fixture.ledger.unsent()).toBe(4);
  });

  it("is captured once when the request is repeated", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    const request = fixture.paymentRequest("o", "key");
    const results = await Promise.all(times(20, () => fixture.application.confirmPayment.execute(request)));
    expect(new Set(results.map(({ paymentId }) => paymentId))).toEqual(new Set(["payment-1"]));
    expect(await fixture.application.confirmPayment.execute(request)).toMatchObject({ status: "succeeded" });
    expect(fixture.providerCalls).toEqual(["capture payment-1"]);
    expect(fixture.ledger.captured()).toBe(1000);
  });

  it("is the only one of its order when concurrent requests have different keys", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    const codes = await Promise.all(times(20, (n) => rejectionOf(fixture.pay("o", `key-${n}`))));
    expect(codes.filter((code) => code === "none")).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(["none", "payment-in-progress"]));
    expect(await rejectionOf(fixture.pay("o", "a new key"))).toBe("already-paid");
    expect(fixture.ledger.captured()).toBe(1000);
    expect(await rowsIn(fixture.db, "payments")).toBe(1);
  });
});

describe("a payment of amount 0", () => {
  it("starts and closes in one transaction, without a call to the provider", async () => {
    const fixture = await openOrderFixture();
    fixture.ledger.addCoupon("uc", "ann", { type: "fixed", value: 5000 as Money });
    await fixture.placeAndDeliver("o", items(["lamp", 1]), "uc");
    const request = fixture.paymentRequest("o", "key", { method: "sandbox-declined" });
    expect(await fixture.application.confirmPayment.execute(request)).toMatchObject({ status: "succeeded", amount: 0 });
    expect(fixture.order("o")).toMatchObject({ status: "confirmed" });
    expect(fixture.providerCalls).toEqual([]);
    expect(await fixture.application.confirmPayment.execute(request)).toMatchObject({ paymentId: "payment-1" });
    expect(fixture.units("lamp")).toEqual([9, 0, 1]);
  });
});

/** A payment that is rejected: what it is for, the code, and the request. */
const rejections: readonly (readonly [string, string, (fixture: OrderFixture) => Promise<unknown>])[] = [
  ["an unknown order", "order-not-found", (fixture) => fixture.pay("none", "key")],
  ["another shopper's order", "order-not-found", (fixture) => fixture.pay("o", "key", { userId: ben })],
  ["an order that is not priced yet", "order-not-payable", (fixture) => fixture.pay("pending", "key")],
  ["a cancelled order", "order-not-payable", (fixture) => fixture.pay("short", "key")],
  ["a paid order", "already-paid", (fixture) => fixture.pay("paid", "key")],
  ["a paid order with a wrong amount", "already-paid", (fixture) => fixture.pay("paid", "key", { amount: 1 as Money })],
  [
    "an order with an amount that is one too low",
    "amount-mismatch",
    (fixture) => fixture.pay("o", "key", { amount: 999 as Money }),
  ],
  ["an order with amount 0", "amount-mismatch", (fixture) => fixture.pay("o", "key", { amount: 0 as Money })],
  [
    "an expired order with a wrong amount",
    "order-not-payable",
    async (fixture) => {
      fixture.clock.at += ttlMs;
      await fixture.pay("o", "key", { amount: 1 as Money });
    },
  ],
  ["an order with the key of another order's payment", "idempotency-key-reused", (fixture) => fixture.pay("o", "used")],
  ["an unknown order with a used key", "idempotency-key-reused", (fixture) => fixture.pay("none", "used")],
  [
    "the same order with its key and another amount",
    "idempotency-key-reused",
    (fixture) => fixture.pay("paid", "used", { amount: 1 as Money }),
  ],
  [
    "the same order with its key and another method",
    "idempotency-key-reused",
    (fixture) => fixture.pay("paid", "used", { method: "sandbox-slow" }),
  ],
];

describe("paying for", () => {
  it.each(rejections)("%s is rejected with %s, changes nothing and binds no key", async (_, code, pay) => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("paid", items(["lamp", 1]));
    await fixture.pay("paid", "used");
    await fixture.placeAndDeliver("short", items(["lamp", 99]));
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    await fixture.place("pending", items(["lamp", 1]));
    const before = [
      fixture.ledger.orders(),
      fixture.ledger.payments(),
      fixture.ledger.stocks(),
      [...fixture.providerCalls],
    ];
    expect(await rejectionOf(pay(fixture))).toBe(code);
    expect([
      fixture.ledger.orders(),
      fixture.ledger.payments(),
      fixture.ledger.stocks(),
      fixture.providerCalls,
    ]).toEqual(before);
  });

  it("an order with a key that another shopper has used succeeds", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("anns", items(["lamp", 1]));
    await fixture.placeAndDeliver("bens", items(["mug", 1]), null, ben);
    await fixture.pay("anns", "key");
    expect(await fixture.pay("bens", "key", { userId: ben })).toMatchObject({ status: "succeeded", amount: 300 });
  });

  it("an order whose payment is open is rejected with a new key, and returns the payment with its own key", async () => {
    const fixture = await openOrderFixture({ timeout: async () => "late" });
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    expect(await fixture.pay("o", "key", { method: "sandbox-silent-lost" })).toMatchObject({ status: "unknown" });
    expect(await rejectionOf(fixture.pay("o", "other"))).toBe("payment-in-progress");
    fixture.clock.at += ttlMs;
    expect(await rejectionOf(fixture.pay("o", "other"))).toBe("payment-in-progress");
    expect(await fixture.pay("o", "key", { method: "sandbox-silent-lost" })).toMatchObject({ status: "unknown" });
  });
});

describe("a declined payment", () => {
  it("stays declined for its key, and a new key may try again", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(await fixture.pay("o", "first", { method: "sandbox-declined" })).toMatchObject({ status: "declined" });
    expect(fixture.order("o")).toMatchObject({ status: "awaiting-payment", openPayment: null });
    const second = await fixture.pay("o", "second");
    expect(second).toMatchObject({ status: "succeeded" });
    expect(fixture.providerCalls).toEqual(["capture payment-1", `capture ${second.paymentId}`]);
  });

  it("cancels an order past its expiry in the same transaction, and gives back its stock", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    const { capture } = fixture.provider;
    fixture.provider.capture = (payment) => {
      fixture.clock.at += ttlMs;
      return capture(payment);
    };
    expect(await fixture.pay("o", "key", { method: "sandbox-declined" })).toMatchObject({ status: "declined" });
    expect(fixture.order("o")).toMatchObject({ status: "cancelled", reason: "expired" });
    expect(fixture.units("lamp")).toEqual([10, 0, 0]);
  });
});

describe("a payment without an answer in time", () => {
  it("is unknown, never declined, and is closed by a late answer", async () => {
    let answer = () => {};
    const fixture = await openOrderFixture({ timeout: async () => "late" });
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    fixture.provider.capture = () => new Promise((resolve) => (answer = () => resolve("captured")));
    expect(await fixture.pay("o", "key")).toMatchObject({ status: "unknown" });
    expect(fixture.order("o")).toMatchObject({ status: "awaiting-payment", openPayment: "payment-1" });
    answer();
    while (fixture.lateCloses.length === 0) await flushPromises();
    expect(fixture.lateCloses).toEqual(["succeeded"]);
    expect(fixture.order("o").status).toBe("confirmed");
    expect(await fixture.pay("o", "key")).toMatchObject({ status: "succeeded" });
  });

  it("is not reported if the response shows how it was closed", async () => {
    const fixture = await openOrderFixture({ timeout: (pending) => pending.then(() => "late") });
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    expect(await fixture.pay("o", "key")).toMatchObject({ status: "succeeded" });
    await flushPromises();
    expect(fixture.lateCloses).toEqual([]);
  });

  it("is reported if the verdict contradicts how it was closed", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    fixture.provider.capture = async ({ paymentId }) => {
      await fixture.close(paymentId, "declined");
      return "captured";
    };
    expect(await fixture.pay("o", "key")).toMatchObject({ status: "declined" });
    expect(fixture.lateCloses).toMatchObject([{ payment: { status: "declined" }, verdict: "captured" }]);
  });

  it("is unknown if the provider fails", async () => {
    const fixture = await openOrderFixture();
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    fixture.provider.capture = async () => {
      throw new Error("502");
    };
    expect(await fixture.pay("o", "key")).toMatchObject({ status: "unknown" });
    expect(fixture.order("o")).toMatchObject({ openPayment: "payment-1" });
    expect(fixture.lateCloses).toEqual([new Error("502")]);
  });
});

describe("a start whose commit has an unknown outcome", () => {
  it("is rejected without a call to the provider, and the committed payment belongs to the key", async () => {
    let lost = true;
    const losingCommits = (right: UnitOfWork, useCase: UseCaseName): UnitOfWork => ({
      run: async (work) => {
        const result = await right.run(work);
        if (useCase === "startPayment" && lost)
          throw new DomainError({ code: "engine-unavailable", engine: "database" });
        return result;
      },
    });
    const fixture = await openOrderFixture({ work: losingCommits });
    await fixture.placeAndDeliver("o", items(["lamp", 1]));
    expect(await rejectionOf(fixture.pay("o", "key"))).toBe("engine-unavailable");
    lost = false;
    expect(await fixture.pay("o", "key")).toMatchObject({ status: "pending" });
    expect(fixture.providerCalls).toEqual([]);
    fixture.clock.at += 15_001;
    await fixture.application.settleOpenPayments.execute();
    expect(fixture.lateCloses).toEqual(["declined"]);
    expect(await fixture.pay("o", "another")).toMatchObject({ status: "succeeded" });
  });
});
