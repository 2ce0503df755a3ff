import assert from "node:assert/strict";
import {
  amountOf,
  bothNodes,
  type Clauses,
  charge,
  checkTotals,
  type ProviderUnderTest,
  refundId,
} from "./provider-under-test.js";

const first = refundId("refund-1");
const second = refundId("refund-2");

/** A refund is sent until it is acknowledged, so it may arrive any number of times. */
export const refundClauses: Clauses<ProviderUnderTest> = {
  "refunds once when the call is repeated": async (under) => {
    const { paymentId, amount, method } = charge(under.valid);
    await under.here.capture({ paymentId, amount, method });
    await under.here.refund(paymentId, first, amount);
    await Promise.all(bothNodes(under).map((node) => node.refund(paymentId, first, amount)));
    await checkTotals(under, 1000, 1000);
    await assert.rejects(under.here.refund(paymentId, second, amountOf(1)));
  },

  "refunds once when calls are concurrent": async (under) => {
    const payment = charge(under.valid);
    await under.here.capture(payment);
    const part = amountOf(400);
    await Promise.all(bothNodes(under).map((node) => node.refund(payment.paymentId, first, part)));
    await checkTotals(under, 1000, 400);
    await under.there.refund(payment.paymentId, second, amountOf(600));
  },

  "refunds only captured payments": async (under) => {
    const { here, there } = under;
    const [declined, voided, unknown] = [charge(under.declined), charge(under.valid), charge(under.valid)];
    await here.capture(declined);
    await here.void(voided.paymentId);
    for (const { paymentId, amount } of [declined, voided, unknown])
      await assert.rejects(there.refund(paymentId, first, amount));
    await checkTotals(under, 0);
    // A rejected refund is not a verdict.
    assert.equal(await here.capture(unknown), "captured");
  },

  "refunds no more than was captured, in all refunds of a payment together": async (under) => {
    const { here, there } = under;
    const payment = charge(under.valid);
    const { paymentId } = payment;
    await here.capture(payment);
    await assert.rejects(here.refund(paymentId, first, amountOf(1001)));
    // A rejected refund does not bind its id.
    await here.refund(paymentId, first, amountOf(600));
    await assert.rejects(there.refund(paymentId, second, amountOf(401)));
    await there.refund(paymentId, second, amountOf(400));
    await assert.rejects(here.refund(paymentId, refundId("refund-3"), amountOf(1)));
    await checkTotals(under, 1000, 1000);
  },

  "refunds no more than was captured when refunds are concurrent": async (under) => {
    const payment = charge(under.valid);
    await under.here.capture(payment);
    const calls = bothNodes(under).map((node, n) =>
      node.refund(payment.paymentId, refundId(`part-${n}`), amountOf(300)),
    );
    const results = await Promise.allSettled(calls);
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 3);
    await checkTotals(under, 1000, 900);
  },

  "keeps the first amount of a refund id: another amount is rejected": async (under) => {
    const payment = charge(under.valid);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, first, amountOf(500));
    for (const amount of [499, 400, 1000])
      await assert.rejects(under.there.refund(payment.paymentId, first, amountOf(amount)));
    await under.there.refund(payment.paymentId, first, amountOf(500));
    await checkTotals(under, 1000, 500);
  },

  "refunds equal parts of one payment under different ids": async (under) => {
    const payment = charge(under.valid);
    await under.here.capture(payment);
    for (const id of [first, second, first, second]) await under.there.refund(payment.paymentId, id, amountOf(300));
    await checkTotals(under, 1000, 600);
    await assert.rejects(under.there.refund(payment.paymentId, refundId("refund-3"), amountOf(401)));
  },

  "keeps a refunded payment captured, and never captures it again": async (under) => {
    const payment = charge(under.valid);
    await under.here.capture(payment);
    await under.here.refund(payment.paymentId, first, payment.amount);
    assert.equal(await under.there.capture(payment), "captured");
    assert.equal(await under.there.void(payment.paymentId), "captured");
    await checkTotals(under, 1000, 1000);
  },

  "refunds payments independently of each other, also under one refund id": async (under) => {
    const payments = Array.from({ length: 6 }, (_, index) => charge(under.valid, 1000 * (index + 1)));
    await Promise.all(payments.map((payment) => under.here.capture(payment)));
    const refunded = payments.filter((_, index) => index % 2 === 0);
    await Promise.all(refunded.map(({ paymentId, amount }) => under.there.refund(paymentId, first, amount)));
    await checkTotals(under, 21_000, 9000);
  },
};
