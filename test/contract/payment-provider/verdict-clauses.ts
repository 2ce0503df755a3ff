import { expect } from "vitest";
import type { Verdict } from "../../../src/domain/payment.js";
import {
  bothNodes,
  type Capture,
  type Clauses,
  capture,
  newPaymentId,
  type ProviderUnderTest,
} from "./provider-under-test.js";

/** The verdicts that every call returns from now on, on both nodes. */
const laterVerdicts = async (under: ProviderUnderTest, { paymentId, amount }: Capture) => {
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
    const payment = capture(under.valid);
    expect(await under.here.capture(payment)).toBe("captured");
    expect(await laterVerdicts(under, payment)).toEqual(new Set(["captured"]));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  "declines, and returns declined from then on": async (under) => {
    const payment = capture(under.declined);
    expect(await under.here.capture(payment)).toBe("declined");
    expect(await laterVerdicts(under, payment)).toEqual(new Set(["declined"]));
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },

  "lets a void block every later capture": async (under) => {
    const payment = capture(under.valid);
    expect(await under.here.void(payment.paymentId)).toBe("voided");
    expect(await laterVerdicts(under, payment)).toEqual(new Set(["voided"]));
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },

  "returns captured to the void of a captured payment, and changes nothing": async (under) => {
    const payment = capture(under.valid);
    await under.here.capture(payment);
    expect(await under.there.void(payment.paymentId)).toBe("captured");
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
    await under.here.refund(payment.paymentId, payment.amount);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "captures a payment once when calls are concurrent": async (under) => {
    const payment = capture(under.valid);
    const nodes = bothNodes(under, 20);
    expect(await Promise.all(nodes.map((node) => node.capture(payment)))).toEqual(nodes.map(() => "captured"));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  // Proves: P1
  "returns one verdict to concurrent captures, declines and voids": async (under) => {
    const { here, there } = under;
    let captured = 0;
    for (let round = 0; round < 20; round += 1) {
      const payment = capture(under.valid, 1 + round);
      const { paymentId } = payment;
      const calls = [
        () => here.capture(payment),
        () => there.void(paymentId),
        () => here.capture({ ...payment, method: under.declined }),
        () => there.capture(payment),
        () => here.void(paymentId),
      ];
      const rotated = [...calls.slice(round % 5), ...calls.slice(0, round % 5)];
      const [verdict, ...others] = new Set(await Promise.all(rotated.map((call) => call())));
      expect(others).toEqual([]);
      expect(await laterVerdicts(under, payment)).toEqual(new Set([verdict]));
      if (verdict === "captured") captured += payment.amount;
    }
    expect(await under.totals()).toEqual({ captured, refunded: 0 });
  },

  "distinguishes concurrent payments by every letter of their ids": async (under) => {
    const prefix = newPaymentId().slice(0, 8);
    const ids = [..."aAbB_-"].map((letter) => `${prefix}-${letter}${"x".repeat(54)}` as Capture["paymentId"]);
    const verdicts = ids.map(async (paymentId, index) => {
      if (index % 3 === 2) return under.there.void(paymentId);
      return under.here.capture(capture(index % 3 === 0 ? under.valid : under.declined, 10 ** index, paymentId));
    });
    expect(await Promise.all(verdicts)).toEqual(["captured", "declined", "voided", "captured", "declined", "voided"]);
    expect(await under.totals()).toEqual({ captured: 1001, refunded: 0 });
  },

  "sums amounts above 32 bits": async (under) => {
    for (let times = 0; times < 5; times += 1) await under.here.capture(capture(under.valid, 1_000_000_000));
    expect(await under.totals()).toEqual({ captured: 5_000_000_000, refunded: 0 });
  },
};
