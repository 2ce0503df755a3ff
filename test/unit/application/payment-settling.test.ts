import { describe, expect, it } from "vitest";
import type { Patience } from "../../../src/application/ports/patience.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import { refundPayment } from "../../../src/domain/payment.js";
import { settled } from "../../support/turns.js";
import { items, openOrderHouse, ttlMs } from "./order-house.js";

/** Waits for as long as anything but a silent provider takes. */
const untilNothingMoves: Patience = (work) =>
  Promise.race([
    work,
    (async () => {
      for (let turns = 0; turns < 200; turns += 1) await settled();
      return "late" as const;
    })(),
  ]);

const openPayments = async (methods: readonly ("sandbox-silent-captured" | "sandbox-silent-lost")[]) => {
  const house = await openOrderHouse({ patience: untilNothingMoves });
  for (const [n, method] of methods.entries()) {
    await house.placed(`order-${n}`, items(["mug", 1]));
    await house.pay(`order-${n}`, `key-${n}`, { method });
  }
  return house;
};
const statusOf = async (house: Awaited<ReturnType<typeof openPayments>>) =>
  house.ledger.payments().map(({ status }) => status);

describe("settling open payments", () => {
  it("leaves them alone for 15 s, then closes each by what its void answers", async () => {
    const house = await openPayments(["sandbox-silent-captured", "sandbox-silent-lost"]);
    house.clock.at += 15_000;
    expect(await house.shop.settleOpenPayments.execute()).toEqual([]);
    house.clock.at += 1;
    const closed = await house.shop.settleOpenPayments.execute();
    expect(closed.map(({ status }) => status)).toEqual(["succeeded", "declined"]);
    expect(house.order("order-0")).toMatchObject({ status: "confirmed" });
    expect(house.order("order-1")).toMatchObject({ status: "awaiting-payment", openPayment: null });
    expect(house.units("mug")).toEqual([8, 1, 1]);
    expect(house.ledger.captured()).toBe(300);
    expect(await house.shop.settleOpenPayments.execute()).toEqual([]);
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
    const answers = [() => new Promise<never>(() => {}), () => Promise.reject(new Error("502"))];
    for (const answer of answers) {
      house.provider.void = answer;
      expect(await house.shop.settleOpenPayments.execute()).toEqual([]);
      expect(await statusOf(house)).toEqual(["unknown"]);
    }
    house.provider.void = async () => "captured";
    expect(await house.shop.settleOpenPayments.execute()).toMatchObject([{ status: "succeeded" }]);
  });

  it("reaches those behind a page of silent ones", async () => {
    const house = await openOrderHouse({ patience: untilNothingMoves });
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
    expect(await house.shop.settleOpenPayments.execute()).toHaveLength(5);
  });

  it("sends a refund until the provider has it, and not again after that", async () => {
    const house = await openPayments(["sandbox-silent-captured"]);
    house.clock.at += 15_001;
    await house.shop.settleOpenPayments.execute();
    const paymentId = "payment-1" as PaymentId;
    await house.work.run(async (tx) => {
      const paid = await tx.payments.lock(paymentId);
      if (paid !== undefined) await tx.payments.save(refundPayment(paid));
    });
    const right = house.provider.refund;
    house.provider.refund = () => Promise.reject(new Error("502"));
    await house.shop.settleOpenPayments.execute();
    expect(house.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: true }]);
    house.provider.refund = right;
    await house.shop.settleOpenPayments.execute();
    await house.shop.settleOpenPayments.execute();
    expect(house.ledger.payments()).toMatchObject([{ status: "refunded", refundDue: false }]);
    expect(house.calls.filter((call) => call.startsWith("refund"))).toEqual(["refund payment-1"]);
    expect(house.ledger.captured()).toBe(0);
  });
});
