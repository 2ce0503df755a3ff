import { expect } from "vitest";
import { type Capture, type Clauses, capture, type SandboxUnderTest } from "./provider-under-test.js";

/** Asks for a capture that may never be answered. */
const asked = ({ here }: SandboxUnderTest, payment: Capture) => {
  const answers: unknown[] = [];
  const tell = (answer: unknown) => answers.push(answer);
  here.capture(payment).then(tell, tell);
  return answers;
};

/** What the sandbox's methods of payment do. */
export const sandboxClauses: Clauses<SandboxUnderTest> = {
  "captures in silence: a void answers captured": async (under) => {
    const payment = capture("sandbox-silent-captured");
    const answers = asked(under, payment);
    await expect.poll(() => under.totals(), { interval: 5 }).toEqual({ captured: 1000, refunded: 0 });
    expect(await under.there.void(payment.paymentId)).toBe("captured");
    await under.there.refund(payment.paymentId, payment.amount);
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 1000 });
    expect(answers).toEqual([]);
  },

  "loses in silence: a void answers voided": async (under) => {
    const payment = capture("sandbox-silent-lost");
    const answers = asked(under, payment);
    expect(await under.there.void(payment.paymentId)).toBe("voided");
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    expect(answers).toEqual([]);
  },

  "captures slowly: after two seconds": async (under) => {
    const slow = under.here.capture(capture("sandbox-slow"));
    expect(under.waits).toEqual([2000]);
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
    under.letGo();
    expect(await slow).toBe("captured");
    expect(await under.totals()).toEqual({ captured: 1000, refunded: 0 });
  },

  "captures slowly: a void meanwhile bars it": async (under) => {
    const payment = capture("sandbox-slow");
    const slow = under.here.capture(payment);
    expect(await under.there.void(payment.paymentId)).toBe("voided");
    under.letGo();
    expect(await slow).toBe("voided");
    expect(await under.totals()).toEqual({ captured: 0, refunded: 0 });
  },
};
