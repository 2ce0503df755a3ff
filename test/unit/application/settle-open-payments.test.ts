import { describe, expect, it } from "vitest";
import type { Timeout } from "../../../src/application/ports/timeout.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import { refundPayment, type Verdict } from "../../../src/domain/payment.js";
import { DomainError } from "../../../src/domain/problem.js";
import { flushPromises } from "../../support/flush-promises.js";
import { items, type OrderFixture, openOrderFixture, ttlMs } from "./order-fixture.js";

/** Waits until everything has finished that does not wait for a provider without an answer. */
const untilIdle = async () => {
  for (let turns = 0; turns < 200; turns += 1) await flushPromises();
};
const timeoutWhenIdle: Timeout = (work) => Promise.race([work, untilIdle().then(() => "late" as const)]);

const settle = (fixture: OrderFixture) => fixture.application.settleOpenPayments.execute();

const openPayments = async (methods: readonly ("sandbox-silent-captured" | "sandbox-silent-lost")[]) => {
  const fixture = await openOrderFixture({ timeout: timeoutWhenIdle });
  for (const [n, method] of methods.entries()) {
    await fixture.placeAndDeliver(`order-${n}`, items(["mug", 1]));
    await fixture.pay(`order-${n}`, `key-${n}`, { method });
  }
  return fixture;
};
const statusesIn = (fixture: OrderFixture) => fixture.ledger.payments().map(({ status }) => status);

const makeRefundDue = (fixture: OrderFixture, paymentId: string) =>
  fixture.work.run(async (tx) => {
    const payment = await tx.payments.lock(paymentId as PaymentId);
    if (payment !== undefined) await tx.payments.save(refundPayment(payment));
  });

describe("settling open payments", () => {
  it("voids payments that are open for more than 15 s, and closes them with the verdict", async () => {
    const fixture = await openPayments(["sandbox-silent-captured", "sandbox-silent-lost"]);
    fixture.clock.at += 15_000;
    await settle(fixture);
    expect(fixture.lateCloses).toEqual([]);
    fixture.clock.at += 1;
    await settle(fixture);
    expect(fixture.lateCloses.toSorted()).toEqual(["declined", "succeeded"]);
    expect(fixture.order("order-0")).toMatchObject({ status: "confirmed" });
    expect(fixture.order("order-1")).toMatchObject({ status: "awaiting-payment", openPayment: null });
    expect(fixture.units("mug")).toEqual([8, 1, 1]);
    expect(fixture.ledger.captured()).toBe(300);
    await settle(fixture);
    expect(fixture.lateCloses).toHaveLength(2);
  });

  it("cancels an order that expired while its payment was open", async () => {
    const fixture = await openPayments(["sandbox-silent-captured", "sandbox-silent-lost"]);
    fixture.clock.at += ttlMs;
    await settle(fixture);
    expect(fixture.order("order-0")).toMatchObject({ status: "confirmed" });
    expect(fixture.order("order-1")).toMatchObject({ status: "cancelled", reason: "expired" });
    expect(fixture.units("mug")).toEqual([9, 0, 1]);
  });

  it("repeats the void until the provider answers, and closes nothing before", async () => {
    const fixture = await openPayments(["sandbox-silent-captured"]);
    fixture.clock.at += 15_001;
    const unavailable = new DomainError({ code: "engine-unavailable", engine: "database" });
    for (const answer of [() => new Promise<never>(() => {}), () => Promise.reject(unavailable)]) {
      fixture.provider.void = answer;
      await settle(fixture);
      expect([statusesIn(fixture), fixture.lateCloses]).toEqual([["unknown"], []]);
    }
    fixture.provider.void = async () => "captured";
    await settle(fixture);
    expect(fixture.lateCloses).toEqual(["succeeded"]);
  });

  it("makes all other calls if one fails, then throws its error", async () => {
    const fixture = await openPayments(["sandbox-silent-captured", "sandbox-silent-captured"]);
    await fixture.close("payment-2", "captured");
    await makeRefundDue(fixture, "payment-2");
    fixture.clock.at += 15_001;
    fixture.provider.void = () => Promise.reject(new Error("502"));
    await expect(settle(fixture)).rejects.toThrow("502");
    expect(fixture.ledger.payments()).toMatchObject([{ status: "unknown" }, { status: "refunded", refundDue: false }]);
    expect(fixture.lateCloses).toEqual([]);
  });

  it("closes the other payments if one verdict contradicts how its payment was closed", async () => {
    const fixture = await openPayments(["sandbox-silent-captured", "sandbox-silent-captured"]);
    const right = fixture.provider.void;
    fixture.provider.void = async (paymentId) => {
      // Another verdict closes the payment first, so this one contradicts it.
      if (paymentId === "payment-1") await fixture.close(paymentId, "declined");
      return right(paymentId);
    };
    fixture.clock.at += 15_001;
    await settle(fixture);
    expect(fixture.lateCloses).toHaveLength(2);
    expect(fixture.lateCloses).toEqual(
      expect.arrayContaining(["succeeded", expect.objectContaining({ verdict: "captured" })]),
    );
  });

  // Proves: O2
  it("reaches payments after a page of payments without an answer", async () => {
    const fixture = await openOrderFixture({ timeout: timeoutWhenIdle });
    fixture.ledger.addProduct("pin", 10, 1000);
    const ids = Array.from({ length: 25 }, (_, n) => `order-${`${n}`.padStart(2, "0")}`);
    for (const id of ids) await fixture.place(id, items(["pin", 1]));
    await fixture.deliverEvents();
    await Promise.all(ids.map((id) => fixture.pay(id, id, { method: "sandbox-silent-captured" })));
    const first = new Set(
      fixture.ledger
        .payments()
        .slice(0, 20)
        .map(({ paymentId }) => paymentId),
    );
    const right = fixture.provider.void;
    fixture.provider.void = (paymentId: PaymentId) => (first.has(paymentId) ? new Promise(() => {}) : right(paymentId));
    fixture.clock.at += 15_001;
    await settle(fixture);
    expect(fixture.lateCloses).toHaveLength(5);
  });

  it("sends a refund until the provider acknowledges it, and never again", async () => {
    const fixture = await openPayments(["sandbox-silent-captured"]);
    fixture.clock.at += 15_001;
    await settle(fixture);
    await makeRefundDue(fixture, "payment-1");
    const right = fixture.provider.refund;
    fixture.provider.refund = () => Promise.reject(new Error("502"));
    await expect(settle(fixture)).rejects.toThrow("502");
    expect(fixture.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: true }]);
    fixture.provider.refund = right;
    await settle(fixture);
    await settle(fixture);
    expect(fixture.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: false }]);
    expect(fixture.providerCalls.filter((call) => call.startsWith("refund"))).toEqual(["refund payment-1"]);
    expect(fixture.ledger.captured()).toBe(0);
  });
});

/** An answer that a test gives later. */
const pendingAnswer = <T>() => {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const answer = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { answer, resolve, reject };
};
describe("an answer after the timeout", () => {
  const openLatePayment = async () => {
    const fixture = await openOrderFixture({ timeout: async () => "late" });
    await fixture.placeAndDeliver("o", items(["mug", 1]));
    await fixture.pay("o", "key", { method: "sandbox-silent-captured" });
    fixture.clock.at += 15_001;
    return fixture;
  };

  it("closes the voided payment and is reported once, however many voids were sent", async () => {
    const fixture = await openLatePayment();
    const [first, second] = [pendingAnswer<Verdict>(), pendingAnswer<Verdict>()];
    fixture.provider.void = () => first.answer;
    await settle(fixture);
    fixture.provider.void = () => second.answer;
    await settle(fixture);
    expect(statusesIn(fixture)).toEqual(["unknown"]);
    for (const { resolve } of [second, first]) resolve("captured");
    await untilIdle();
    expect(fixture.order("o")).toMatchObject({ status: "confirmed" });
    expect(fixture.lateCloses).toEqual(["succeeded"]);
  });

  it("acknowledges the refund", async () => {
    const fixture = await openLatePayment();
    await fixture.close("payment-1", "captured");
    await makeRefundDue(fixture, "payment-1");
    const { answer, resolve } = pendingAnswer<void>();
    fixture.provider.refund = () => answer;
    await settle(fixture);
    expect(fixture.ledger.payments()).toMatchObject([{ refundDue: true }]);
    resolve();
    await untilIdle();
    expect(fixture.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: false }]);
  });

  it("is reported if it is an error, unless a backend was unavailable", async () => {
    const fixture = await openLatePayment();
    for (const error of [new DomainError({ code: "engine-unavailable", engine: "database" }), new Error("502")]) {
      const { answer, reject } = pendingAnswer<Verdict>();
      fixture.provider.void = () => answer;
      await settle(fixture);
      reject(error);
      await untilIdle();
    }
    expect(fixture.lateCloses).toEqual([new Error("502")]);
    expect(statusesIn(fixture)).toEqual(["unknown"]);
  });
});
