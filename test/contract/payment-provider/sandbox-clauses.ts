import { expect } from "vitest";
import type { Charge } from "../../../src/application/ports/payment-provider.js";
import { type Clauses, charge, refundId } from "./provider-under-test.js";
import type { SandboxUnderTest } from "./sandbox-under-test.js";

/** Starts a capture that may never be answered, and collects its answer. */
const startCapture = ({ here }: SandboxUnderTest, payment: Charge) => {
  const answers: unknown[] = [];
  const collect = (answer: unknown) => answers.push(answer);
  here.capture(payment).then(collect, collect);
  return answers;
};

/** What the sandbox's payment methods do. */
export const sandboxClauses: Clauses<SandboxUnderTest> = {
  "sums amounts above 32 bits": async (under) => {
    for (let times = 0; times < 5; times += 1) await under.here.capture(charge(under.valid, 1_000_000_000));
    expect(await under.totals()).toEqual({ captured: 5_000_000_000, refunded: 0 });
  },

  "captures without an answer: a void returns captured": async (under) => {
    const payment = charge("sandbox-silent-captured");
    const answers = startCapture(under, payment);
    await expect.poll(() => under.totals(), { interval: 5 }).toEqual({ captured: 1000, refunded: 0 });
    expect(await under.there.void(payment.paymentId)).toBe("captured");
    await under.there.refund(payment.paymentId, refundId("r"), payment.amount);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
    expect(answers).toEqual([]);
  },

  "neither captures nor answers: a void returns voided": async (under) => {
    const payment = charge("sandbox-silent-lost");
    const answers = startCapture(under, payment);
    expect(await under.there.void(payment.paymentId)).toBe("voided");
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    expect(answers).toEqual([]);
  },

  "captures after two seconds": async (under) => {
    const slow = under.here.capture(charge("sandbox-slow"));
    expect(under.delays).toEqual([2000]);
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    under.endDelays();
    expect(await slow).toBe("captured");
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  "does not capture after two seconds if the payment was voided before": async (under) => {
    const payment = charge("sandbox-slow");
    const slow = under.here.capture(payment);
    expect(await under.there.void(payment.paymentId)).toBe("voided");
    under.endDelays();
    expect(await slow).toBe("voided");
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },
};
