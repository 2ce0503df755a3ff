import { randomUUID } from "node:crypto";
import { SandboxProvider } from "../../../src/adapters/provider/sandbox-provider.js";
import type { PaymentProvider } from "../../../src/application/ports/payment-provider.js";
import type { SandboxBook, SandboxTotals } from "../../../src/application/ports/sandbox-book.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import type { Payment, PaymentMethod } from "../../../src/domain/payment.js";
import { money } from "../../support/order-data.js";

/** A request to capture. */
export type Capture = Pick<Payment, "paymentId" | "amount" | "method">;

/** A provider and what the suite needs of it, so that it can also run against the adapter of a real provider. */
export type ProviderUnderTest = {
  /** The provider as two nodes call it. */
  readonly here: PaymentProvider;
  readonly there: PaymentProvider;
  /** A method that the provider captures. */
  readonly valid: PaymentMethod;
  /** A method that the provider declines. */
  readonly declined: PaymentMethod;
  /** Sums since the start of the test. */
  readonly totals: () => Promise<SandboxTotals>;
};

/** The sandbox provider, whose slow captures wait for `endDelays`. */
export type SandboxUnderTest = ProviderUnderTest & {
  readonly delays: readonly number[];
  readonly endDelays: () => void;
};

/** The clauses of a suite by their names. */
export type Clauses<Under extends ProviderUnderTest> = Readonly<Record<string, (under: Under) => Promise<void>>>;

/** @param there the same book as another node opens it */
export const sandboxOn = (book: SandboxBook, there = book): SandboxUnderTest => {
  const delays: number[] = [];
  const waiting: (() => void)[] = [];
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      delays.push(ms);
      waiting.push(resolve);
    });
  return {
    here: new SandboxProvider(book, wait),
    there: new SandboxProvider(there, wait),
    valid: "sandbox-ok",
    declined: "sandbox-declined",
    totals: () => book.totals(),
    delays,
    endDelays: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
};

export const newPaymentId = () => randomUUID() as string as PaymentId;
export const capture = (method: PaymentMethod, amount = 1000, paymentId = newPaymentId()): Capture => ({
  paymentId,
  amount: money(amount),
  method,
});
/** Returns both nodes alternately. */
export const bothNodes = ({ here, there }: ProviderUnderTest, count = 10): readonly PaymentProvider[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? here : there));
