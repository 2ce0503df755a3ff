import { describe, expect, it } from "vitest";
import type { Timeout } from "../../../src/application/ports/timeout.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import { refundPayment, type Verdict } from "../../../src/domain/payment.js";
import { DomainError } from "../../../src/domain/problem.js";
import { flushPromises } from "../../support/flush-promises.js";
import { items, type OrderHouse, openOrderHouse, ttlMs } from "./order-house.js";

/** Waits for as long as anything but a silent provider takes. */
const untilNothingMoves: Timeout = (work) =>
  Promise.race([
    work,
    (async () => {
      for (let turns = 0; turns < 200; turns += 1) await flushPromises();
      return "late" as const;
    })(),
  ]);

const openPayments = async (methods: readonly ("sandbox-silent-captured" | "sandbox-silent-lost")[]) => {
  const house = await openOrderHouse({ timeout: untilNothingMoves });
  for (const [n, method] of methods.entries()) {
    await house.placed(`order-${n}`, items(["mug", 1]));
    await house.pay(`order-${n}`, `key-${n}`, { method });
  }
  return house;
};
const statusOf = async (house: OrderHouse) => house.ledger.payments().map(({ status }) => status);

/** Captures a payment whose answer never came. */
const captured = (house: OrderHouse, paymentId: string) => house.close(paymentId, "captured");
const refundIsDue = (house: OrderHouse, paymentId: string) =>
  house.work.run(async (tx) => {
    const paid = await tx.payments.lock(paymentId as PaymentId);
    if (paid !== undefined) await tx.payments.save(refundPayment(paid));
  });

describe("settling open payments", () => {
  it("leaves them alone for 15 s, then closes each by what its void answers", async () => {
    const house = await openPayments(["sandbox-silent-captured", "sandbox-silent-lost"]);
    house.clock.at += 15_000;
    await house.shop.settleOpenPayments.execute();
    expect(house.closedLate).toEqual([]);
    house.clock.at += 1;
    await house.shop.settleOpenPayments.execute();
    expect(house.closedLate.toSorted()).toEqual(["declined", "succeeded"]);
    expect(house.order("order-0")).toMatchObject({ status: "confirmed" });
    expect(house.order("order-1")).toMatchObject({ status: "awaiting-payment", openPayment: null });
    expect(house.units("mug")).toEqual([8, 1, 1]);
    expect(house.ledger.captured()).toBe(300);
    await house.shop.settleOpenPayments.execute();
    expect(house.closedLate).toHaveLength(2);
  });

  it("ends an order whose time went by while its payment was open", async () => {
    const house = await openPayments(["sandbox-silent-captured", "sandbox-silent-lost"]);
    house.clock.at += ttlMs;
    await house.shop.settleOpenPayments.execute();
    expect(house.order("order-0")).toMatchObject({ status: "confirmed" });
    expect(house.order("order-1")).toMatchObject({ status: "cancelled", reason: "expired" });
    expect(house.units("mug")).toEqual([9, 0, 1]);
  });

  it("asks again for as long as the provider is silent or fails, and closes nothing meanwhile", async () => {
    const house = await openPayments(["sandbox-silent-captured"]);
    house.clock.at += 15_001;
    const away = new DomainError({ code: "engine-unavailable", engine: "database" });
    for (const answer of [() => new Promise<never>(() => {}), () => Promise.reject(away)]) {
      house.provider.void = answer;
      await house.shop.settleOpenPayments.execute();
      expect([await statusOf(house), house.closedLate]).toEqual([["unknown"], []]);
    }
    house.provider.void = async () => "captured";
    await house.shop.settleOpenPayments.execute();
    expect(house.closedLate).toEqual(["succeeded"]);
  });

  it("does all that can be done, then tells of what went wrong", async () => {
    const house = await openPayments(["sandbox-silent-captured", "sandbox-silent-captured"]);
    await captured(house, "payment-2");
    await refundIsDue(house, "payment-2");
    house.clock.at += 15_001;
    house.provider.void = () => Promise.reject(new Error("502"));
    await expect(house.shop.settleOpenPayments.execute()).rejects.toThrow("502");
    expect(house.ledger.payments()).toMatchObject([{ status: "unknown" }, { status: "refunded", refundDue: false }]);
    expect(house.closedLate).toEqual([]);
  });

  it("closes those beside one whose answer cannot be carried out", async () => {
    const house = await openPayments(["sandbox-silent-captured", "sandbox-silent-captured"]);
    const right = house.provider.void;
    house.provider.void = async (paymentId) => {
      // Closed by another verdict meanwhile: what this provider says now is impossible.
      if (paymentId === "payment-1") await house.close(paymentId, "declined");
      return right(paymentId);
    };
    house.clock.at += 15_001;
    await expect(house.shop.settleOpenPayments.execute()).rejects.toThrow("impossible-transition");
    expect(house.closedLate).toEqual(["succeeded"]);
  });

  // Proves: O2
  it("reaches those behind a page of silent ones", async () => {
    const house = await openOrderHouse({ timeout: untilNothingMoves });
    house.ledger.addProduct("pin", 10, 1000);
    const ids = Array.from({ length: 25 }, (_, n) => `order-${`${n}`.padStart(2, "0")}`);
    for (const id of ids) await house.place(id, items(["pin", 1]));
    await house.quiet();
    await Promise.all(ids.map((id) => house.pay(id, id, { method: "sandbox-silent-captured" })));
    const first = new Set(
      house.ledger
        .payments()
        .slice(0, 20)
        .map(({ paymentId }) => paymentId),
    );
    const right = house.provider.void;
    house.provider.void = (paymentId: PaymentId) => (first.has(paymentId) ? new Promise(() => {}) : right(paymentId));
    house.clock.at += 15_001;
    await house.shop.settleOpenPayments.execute();
    expect(house.closedLate).toHaveLength(5);
  });

  it("sends a refund until the provider has it, and not again after that", async () => {
    const house = await openPayments(["sandbox-silent-captured"]);
    house.clock.at += 15_001;
    await house.shop.settleOpenPayments.execute();
    await refundIsDue(house, "payment-1");
    const right = house.provider.refund;
    house.provider.refund = () => Promise.reject(new Error("502"));
    await expect(house.shop.settleOpenPayments.execute()).rejects.toThrow("502");
    expect(house.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: true }]);
    house.provider.refund = right;
    await house.shop.settleOpenPayments.execute();
    await house.shop.settleOpenPayments.execute();
    expect(house.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: false }]);
    expect(house.calls.filter((call) => call.startsWith("refund"))).toEqual(["refund payment-1"]);
    expect(house.ledger.captured()).toBe(0);
  });
});

/** An answer that comes when it is told to. */
const later = <T>() => {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const answer = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { answer, resolve, reject };
};
/** Until all that was set off has come to its end. */
const atRest = async () => {
  for (let turns = 0; turns < 200; turns += 1) await flushPromises();
};

describe("an answer that comes when nobody waits any more", () => {
  const impatient = async () => {
    const house = await openOrderHouse({ timeout: async () => "late" });
    await house.placed("o", items(["mug", 1]));
    await house.pay("o", "key", { method: "sandbox-silent-captured" });
    house.clock.at += 15_001;
    return house;
  };

  it("closes the payment that was voided, and is told once, however many are still to come", async () => {
    const house = await impatient();
    const [first, second] = [later<Verdict>(), later<Verdict>()];
    house.provider.void = () => first.answer;
    await house.shop.settleOpenPayments.execute();
    house.provider.void = () => second.answer;
    await house.shop.settleOpenPayments.execute();
    expect(await statusOf(house)).toEqual(["unknown"]);
    for (const { resolve } of [second, first]) resolve("captured");
    await atRest();
    expect(house.order("o")).toMatchObject({ status: "confirmed" });
    expect(house.closedLate).toEqual(["succeeded"]);
  });

  it("acknowledges the refund that was sent", async () => {
    const house = await impatient();
    await captured(house, "payment-1");
    await refundIsDue(house, "payment-1");
    const { answer, resolve } = later<void>();
    house.provider.refund = () => answer;
    await house.shop.settleOpenPayments.execute();
    expect(house.ledger.payments()).toMatchObject([{ refundDue: true }]);
    resolve();
    await atRest();
    expect(house.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: false }]);
  });

  it("is told where it is an error, but for an engine that was away", async () => {
    const house = await impatient();
    for (const error of [new DomainError({ code: "engine-unavailable", engine: "database" }), new Error("502")]) {
      const { answer, reject } = later<Verdict>();
      house.provider.void = () => answer;
      await house.shop.settleOpenPayments.execute();
      reject(error);
      await atRest();
    }
    expect(house.closedLate).toEqual([new Error("502")]);
    expect(await statusOf(house)).toEqual(["unknown"]);
  });
});
