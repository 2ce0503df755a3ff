import { expect } from "vitest";
import { type Clauses, capture, freshId, money, type ProviderUnderTest } from "./provider-under-test.js";

/** A refund is sent until it is acknowledged, so it may come any number of times. */
export const refundClauses: Clauses<ProviderUnderTest> = {
  "refunds once, however often it is asked": async (under) => {
    const payment = capture(under.good);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, payment.amount);
    const nodes = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? under.here : under.there));
    await Promise.all(nodes.map((node) => node.refund(payment.paymentId, payment.amount)));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds once, however many ask at once": async (under) => {
    const payment = capture(under.good);
    await under.here.capture(payment);
    const nodes = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? under.here : under.there));
    await Promise.all(nodes.map((node) => node.refund(payment.paymentId, payment.amount)));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds only what was captured": async (under) => {
    const { here, there, good, bad } = under;
    const [declined, voided, unheard] = [capture(bad), capture(good), capture(good)];
    await here.capture(declined);
    await here.void(voided.paymentId);
    for (const { paymentId, amount } of [declined, voided, unheard])
      await expect(there.refund(paymentId, amount)).rejects.toThrow();
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    // Nor does a refund that was refused decide anything.
    expect(await here.capture(unheard)).toBe("captured");
  },

  "refunds no more than was captured": async (under) => {
    const payment = capture(under.good);
    await under.here.capture(payment);
    await expect(under.here.refund(payment.paymentId, money(1001))).rejects.toThrow();
    await under.here.refund(payment.paymentId, payment.amount);
    await expect(under.there.refund(payment.paymentId, money(1001))).rejects.toThrow();
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "gives one refund a payment: another amount is refused": async (under) => {
    const payment = capture(under.good);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, money(600));
    for (const amount of [599, 400, 1000])
      await expect(under.there.refund(payment.paymentId, money(amount))).rejects.toThrow();
    await under.there.refund(payment.paymentId, money(600));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 600 });
  },

  "keeps a refunded payment captured, and charges it no second time": async (under) => {
    const payment = capture(under.good);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, payment.amount);
    expect([await under.there.capture(payment), await under.there.void(payment.paymentId)]).toEqual([
      "captured",
      "captured",
    ]);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds each payment by itself": async (under) => {
    const payments = Array.from({ length: 6 }, (_, index) => capture(under.good, 10 ** index, freshId()));
    await Promise.all(payments.map((payment) => under.here.capture(payment)));
    const back = payments.filter((_, index) => index % 2 === 0);
    await Promise.all(back.map(({ paymentId, amount }) => under.there.refund(paymentId, amount)));
    expect(await under.totals()).toEqual({ captured: 111_111, refunded: 10_101 });
  },
};
