import assert from "node:assert/strict";
import type { Charge } from "../../../src/application/ports/payment-provider.js";
import type { Verdict } from "../../../src/domain/payment.js";
import {
  bothNodes,
  type Clauses,
  charge,
  checkTotals,
  newPaymentId,
  type ProviderUnderTest,
  refundId,
} from "./provider-under-test.js";

/** The verdicts that every call returns from now on, on both nodes. */
const laterVerdicts = async (under: ProviderUnderTest, { paymentId, amount }: Charge) => {
  const { here, there, valid, declined } = under;
  const verdicts: Verdict[] = [];
  for (const node of [there, here]) {
    verdicts.push(await node.capture({ paymentId, amount, method: valid }));
    verdicts.push(await node.void(paymentId));
    verdicts.push(await node.capture({ paymentId, amount, method: declined }));
  }
  return new Set(verdicts);
};

/** For one payment id the first of captured, declined and voided is final. */
export const verdictClauses: Clauses<ProviderUnderTest> = {
  "captures, and returns captured from then on": async (under) => {
    const payment = charge(under.valid);
    assert.equal(await under.here.capture(payment), "captured");
    assert.deepEqual(await laterVerdicts(under, payment), new Set(["captured"]));
    await checkTotals(under, 1000);
  },

  "declines, and returns declined from then on": async (under) => {
    const payment = charge(under.declined);
    assert.equal(await under.here.capture(payment), "declined");
    assert.deepEqual(await laterVerdicts(under, payment), new Set(["declined"]));
    await checkTotals(under, 0);
  },

  "lets a void block every later capture": async (under) => {
    const payment = charge(under.valid);
    assert.equal(await under.here.void(payment.paymentId), "voided");
    assert.deepEqual(await laterVerdicts(under, payment), new Set(["voided"]));
    await checkTotals(under, 0);
  },

  "returns captured to the void of a captured payment, and changes nothing": async (under) => {
    const payment = charge(under.valid);
    await under.here.capture(payment);
    assert.equal(await under.there.void(payment.paymentId), "captured");
    await checkTotals(under, 1000);
    await under.here.refund(payment.paymentId, refundId(payment.paymentId), payment.amount);
    await checkTotals(under, 1000, 1000);
  },

  "captures a payment once when calls are concurrent": async (under) => {
    const payment = charge(under.valid);
    const nodes = bothNodes(under, 20);
    const verdicts = await Promise.all(nodes.map((node) => node.capture(payment)));
    assert.deepEqual(new Set(verdicts), new Set(["captured"]));
    await checkTotals(under, 1000);
  },

  // Proves: P1
  "returns one verdict to concurrent captures, declines and voids": async (under) => {
    const { here, there } = under;
    let captured = 0;
    for (let round = 0; round < 20; round += 1) {
      const payment = charge(under.valid, 1000 + round);
      const { paymentId } = payment;
      const calls = [
        () => here.capture(payment),
        () => there.void(paymentId),
        () => here.capture({ ...payment, method: under.declined }),
        () => there.capture(payment),
        () => here.void(paymentId),
      ];
      const rotated = [...calls.slice(round % 5), ...calls.slice(0, round % 5)];
      const verdicts = new Set(await Promise.all(rotated.map((call) => call())));
      assert.equal(verdicts.size, 1, `one payment has the verdicts ${[...verdicts].join(" and ")}`);
      assert.deepEqual(await laterVerdicts(under, payment), verdicts);
      if (verdicts.has("captured")) captured += payment.amount;
    }
    await checkTotals(under, captured);
  },

  "distinguishes concurrent payments by every letter of their ids": async (under) => {
    const prefix = newPaymentId().slice(0, 8);
    const ids = [..."aAbB_-"].map((letter) => `${prefix}-${letter}${"x".repeat(54)}` as Charge["paymentId"]);
    const verdicts = ids.map(async (paymentId, index) => {
      if (index % 3 === 2) return under.there.void(paymentId);
      return under.here.capture(charge(index % 3 === 0 ? under.valid : under.declined, 1000 + index, paymentId));
    });
    const expected = ["captured", "declined", "voided", "captured", "declined", "voided"];
    assert.deepEqual(await Promise.all(verdicts), expected);
    await checkTotals(under, 2003);
  },
};
