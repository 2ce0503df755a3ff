import { expect } from "vitest";
import { money } from "../../support/order-data.js";
import { bothNodes, type Clauses, capture, newPaymentId, type ProviderUnderTest } from "./provider-under-test.js";

/** A refund is sent until it is acknowledged, so it may arrive any number of times. */
export const refundClauses: Clauses<ProviderUnderTest> = {
  "refunds once when the call is repeated": async (under) => {
    const payment = capture(under.valid);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, payment.amount);
    await Promise.all(bothNodes(under).map((node) => node.refund(payment.paymentId, payment.amount)));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds once when calls are concurrent": async (under) => {
    const payment = capture(under.valid);
    await under.here.capture(payment);
    await Promise.all(bothNodes(under).map((node) => node.refund(payment.paymentId, payment.amount)));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds only captured payments": async (under) => {
    const { here, there } = under;
    const [declined, voided, unknown] = [capture(under.declined), capture(under.valid), capture(under.valid)];
    await here.capture(declined);
    await here.void(voided.paymentId);
    for (const { paymentId, amount } of [declined, voided, unknown])
      await expect(there.refund(paymentId, amount)).rejects.toThrow();
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    // A rejected refund is not a verdict.
    expect(await here.capture(unknown)).toBe("captured");
  },

  "refunds no more than was captured": async (under) => {
    const payment = capture(under.valid);
    await under.here.capture(payment);
    await expect(under.here.refund(payment.paymentId, money(1001))).rejects.toThrow();
    await under.here.refund(payment.paymentId, payment.amount);
    await expect(under.there.refund(payment.paymentId, money(1001))).rejects.toThrow();
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds each payment once: another amount is rejected": async (under) => {
    const payment = capture(under.valid);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, money(600));
    for (const amount of [599, 400, 1000])
      await expect(under.there.refund(payment.paymentId, money(amount))).rejects.toThrow();
    await under.there.refund(payment.paymentId, money(600));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 600 });
  },

  "keeps a refunded payment captured, and never captures it again": async (under) => {
    const payment = capture(under.valid);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, payment.amount);
    const verdicts = [await under.there.capture(payment), await under.there.void(payment.paymentId)];
    expect(verdicts).toEqual(["captured", "captured"]);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "refunds payments independently of each other": async (under) => {
    const payments = Array.from({ length: 6 }, (_, index) => capture(under.valid, 10 ** index, newPaymentId()));
    await Promise.all(payments.map((payment) => under.here.capture(payment)));
    const refunded = payments.filter((_, index) => index % 2 === 0);
    await Promise.all(refunded.map(({ paymentId, amount }) => under.there.refund(paymentId, amount)));
    expect(await under.totals()).toEqual({ captured: 111_111, refunded: 10_101 });
  },
};
