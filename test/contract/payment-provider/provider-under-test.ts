import { randomUUID } from "node:crypto";
import { SandboxProvider } from "../../../src/adapters/provider/sandbox-provider.js";
import type { PaymentProvider } from "../../../src/application/ports/payment-provider.js";
import type { SandboxBook, SandboxTotals } from "../../../src/application/ports/sandbox-book.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import type { Payment, PaymentMethod } from "../../../src/domain/payment.js";

/** What the provider is asked to capture. */
export type Capture = Pick<Payment, "paymentId" | "amount" | "method">;

/** A provider and what its test mode must offer, so that a real one's adapter can stand here as well. */
export type ProviderUnderTest = {
  /** Two nodes of ours that speak to it. */
  readonly here: PaymentProvider;
  readonly there: PaymentProvider;
  /** Methods of payment that it is known to capture and to decline. */
  readonly good: PaymentMethod;
  readonly bad: PaymentMethod;
  /** Money that it says it has moved since the test began. */
  readonly totals: () => Promise<SandboxTotals>;
};

/** The sandbox provider, and its slow captures, which wait until they are let go. */
export type SandboxUnderTest = ProviderUnderTest & {
  readonly waits: readonly number[];
  readonly letGo: () => void;
};

/** The clauses of a suite by what they promise. */
export type Clauses<Under extends ProviderUnderTest> = Readonly<Record<string, (under: Under) => Promise<void>>>;

/** @param there the same book, as another node opens it */
export const sandboxOn = (book: SandboxBook, there = book): SandboxUnderTest => {
  const waits: number[] = [];
  const waiting: (() => void)[] = [];
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      waits.push(ms);
      waiting.push(resolve);
    });
  return {
    here: new SandboxProvider(book, wait),
    there: new SandboxProvider(there, wait),
    good: "sandbox-ok",
    bad: "sandbox-declined",
    totals: () => book.totals(),
    waits,
    letGo: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
};

export const money = (amount: number) => amount as Money;
/** No payment before bore it. */
export const freshId = () => randomUUID() as string as PaymentId;
export const capture = (method: PaymentMethod, amount = 1000, paymentId = freshId()): Capture => ({
  paymentId,
  amount: money(amount),
  method,
});
