import { describe, expect, it } from "vitest";
import { MemorySandboxBook } from "../../../src/adapters/provider/memory-sandbox-book.js";
import { SandboxProvider } from "../../../src/adapters/provider/sandbox-provider.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { type PaymentMethod, paymentMethods } from "../../../src/domain/payment.js";

const ask = (method: PaymentMethod) => ({ paymentId: method as string as PaymentId, amount: 1 as Money, method });
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;

describe("the sandbox provider", () => {
  it("leaves nothing that keeps a process waiting, whatever is asked of it", async () => {
    const before = timers();
    const provider = new SandboxProvider(new MemorySandboxBook());
    for (const method of paymentMethods) void provider.capture(ask(method));
    await provider.void("other" as PaymentId);
    expect(timers()).toBe(before);
    // That a timer would be seen.
    const timer = setTimeout(() => {}, 1_000_000);
    expect(timers()).toBe(before + 1);
    clearTimeout(timer);
  });
});
