import { describe, expect, it } from "vitest";
import { MemorySandboxBook } from "../../../src/adapters/provider/memory-sandbox-book.js";
import { SandboxProvider, sandboxMethods } from "../../../src/adapters/provider/sandbox-provider.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import type { PaymentMethod } from "../../../src/domain/payment.js";

const payment = (method: PaymentMethod) => ({ paymentId: method as string as PaymentId, amount: 1 as Money, method });
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;

describe("SandboxProvider", () => {
  it("starts no timer that keeps the process alive, for any payment method", async () => {
    const before = timers();
    const provider = new SandboxProvider(new MemorySandboxBook());
    for (const method of sandboxMethods) void provider.capture(payment(method));
    await provider.void("other" as PaymentId);
    expect(timers()).toBe(before);
    // The count would include a pending timer.
    const timer = setTimeout(() => {}, 1_000_000);
    expect(timers()).toBe(before + 1);
    clearTimeout(timer);
  });
});
