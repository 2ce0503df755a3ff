import { expect } from "vitest";
import type { Verdict } from "../../../src/domain/payment.js";
import { type Capture, type Clauses, capture, freshId, type ProviderUnderTest } from "./provider-under-test.js";

/** What every call answers of a payment from now on, on either node. */
const everyAnswer = async ({ here, there, good, bad }: ProviderUnderTest, { paymentId, amount }: Capture) => {
  const answers: Verdict[] = [];
  for (const node of [there, here])
    for (const ask of [
      () => node.capture({ paymentId, amount, method: good }),
      () => node.void(paymentId),
      () => node.capture({ paymentId, amount, method: bad }),
    ])
      answers.push(await ask());
  return new Set(answers);
};

/** For one payment id the first of captured, declined and voided stands for ever. */
export const verdictClauses: Clauses<ProviderUnderTest> = {
  "captures, and answers it for ever": async (under) => {
    const payment = capture(under.good);
    expect(await under.here.capture(payment)).toBe("captured");
    expect(await everyAnswer(under, payment)).toEqual(new Set(["captured"]));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  "declines, and answers it for ever": async (under) => {
    const payment = capture(under.bad);
    expect(await under.here.capture(payment)).toBe("declined");
    expect(await everyAnswer(under, payment)).toEqual(new Set(["declined"]));
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },

  "lets a void bar every later capture": async (under) => {
    const payment = capture(under.good);
    expect(await under.here.void(payment.paymentId)).toBe("voided");
    expect(await everyAnswer(under, payment)).toEqual(new Set(["voided"]));
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },

  "answers captured to the void of a captured payment, and changes nothing": async (under) => {
    const payment = capture(under.good);
    await under.here.capture(payment);
    expect(await under.there.void(payment.paymentId)).toBe("captured");
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
    await under.here.refund(payment.paymentId, payment.amount);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
  },

  "captures a payment once, however many ask at once": async (under) => {
    const payment = capture(under.good);
    const nodes = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? under.here : under.there));
    expect(await Promise.all(nodes.map((node) => node.capture(payment)))).toEqual(nodes.map(() => "captured"));
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  // Proves: P1
  "lets one of captured, declined and voided win, however they meet": async (under) => {
    const { here, there, good, bad } = under;
    let captured = 0;
    for (let round = 0; round < 20; round += 1) {
      const payment = capture(good, 1 + round);
      const { paymentId } = payment;
      const asks = [
        () => here.capture(payment),
        () => there.void(paymentId),
        () => here.capture({ ...payment, method: bad }),
        () => there.capture(payment),
        () => here.void(paymentId),
      ];
      const [verdict, ...others] = new Set(
        await Promise.all([...asks.slice(round % 5), ...asks.slice(0, round % 5)].map((ask) => ask())),
      );
      expect(others).toEqual([]);
      expect(await everyAnswer(under, payment)).toEqual(new Set([verdict]));
      if (verdict === "captured") captured += payment.amount;
    }
    expect(await under.totals()).toEqual({ captured, refunded: 0 });
  },

  "tells payments apart, many at once, by every letter of their ids": async (under) => {
    const prefix = freshId().slice(0, 8);
    const ids = [..."aAbB_-"].map((letter) => `${prefix}-${letter}${"x".repeat(54)}` as Capture["paymentId"]);
    const asked = ids.map(async (paymentId, index) => {
      if (index % 3 === 2) return under.there.void(paymentId);
      return under.here.capture(capture(index % 3 === 0 ? under.good : under.bad, 10 ** index, paymentId));
    });
    expect(await Promise.all(asked)).toEqual(["captured", "declined", "voided", "captured", "declined", "voided"]);
    expect(await under.totals()).toEqual({ captured: 1001, refunded: 0 });
  },

  "counts money past 32 bits": async (under) => {
    for (let times = 0; times < 5; times += 1) await under.here.capture(capture(under.good, 1_000_000_000));
    expect(await under.totals()).toEqual({ captured: 5_000_000_000, refunded: 0 });
  },
};
