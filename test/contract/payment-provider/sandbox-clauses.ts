import { expect } from "vitest";
import { type Capture, type Clauses, capture, type SandboxUnderTest } from "./provider-under-test.js";

/** Starts a capture that may never be answered, and collects its answer. */
const startCapture = ({ here }: SandboxUnderTest, payment: Capture) => {
  const answers: unknown[] = [];
  const collect = (answer: unknown) => answers.push(answer);
  here.capture(payment).then(collect, collect);
  return answers;
};

/** What the sandbox's payment methods do. */
export const sandboxClauses: Clauses<SandboxUnderTest> = {
  "captures without an answer: a void returns captured": async (under) => {
    const payment = capture("sandbox-silent-captured");
    const answers = startCapture(under, payment);
    await expect.poll(() => under.totals(), { interval: 5 }).toEqual({ captured: 1000, refunded: 0 });
    expect(await under.there.void(payment.paymentId)).toBe("captured");
    await under.there.refund(payment.paymentId, payment.amount);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
    expect(answers).toEqual([]);
  },

  "neither captures nor answers: a void returns voided": async (under) => {
    const payment = capture("sandbox-silent-lost");
    const answers = startCapture(under, payment);
    expect(await under.there.void(payment.paymentId)).toBe("voided");
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    expect(answers).toEqual([]);
  },

  "captures after two seconds": async (under) => {
    const slow = under.here.capture(capture("sandbox-slow"));
    expect(under.delays).toEqual([2000]);
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    under.endDelays();
    expect(await slow).toBe("captured");
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  "does not capture after two seconds if the payment was voided before": async (under) => {
    const payment = capture("sandbox-slow");
    const slow = under.here.capture(payment);
    expect(await under.there.void(payment.paymentId)).toBe("voided");
    under.endDelays();
    expect(await slow).toBe("voided");
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },
};
