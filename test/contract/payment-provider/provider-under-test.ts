import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Charge, PaymentProvider } from "../../../src/application/ports/payment-provider.js";
import type { SandboxTotals } from "../../../src/application/ports/sandbox-book.js";
import type { PaymentId, RefundId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import type { PaymentMethod } from "../../../src/domain/payment.js";

/**
 * A provider and what the suite needs of it. Clauses for every provider use `node:assert`, because `check-bridge` runs
 * them too.
 */
export type ProviderUnderTest = {
  /** The provider as two nodes call it. */
  readonly here: PaymentProvider;
  readonly there: PaymentProvider;
  /** A method that the provider captures. */
  readonly valid: PaymentMethod;
  /** A method that the provider declines. */
  readonly declined: PaymentMethod;
  /** Sums since the start of the clause; `null` if the provider does not show them. */
  readonly totals: (() => Promise<SandboxTotals>) | null;
};

/** The clauses of a suite by their names. */
export type Clauses<Under extends ProviderUnderTest> = Readonly<Record<string, (under: Under) => Promise<void>>>;

export const newPaymentId = () => randomUUID() as string as PaymentId;
export const refundId = (id: string) => id as RefundId;
export const amountOf = (amount: number) => amount as Money;
export const charge = (method: PaymentMethod, amount = 1000, paymentId = newPaymentId()): Charge => ({
  paymentId,
  amount: amountOf(amount),
  method,
});

/** Returns both nodes alternately. */
export const bothNodes = ({ here, there }: ProviderUnderTest, count = 10): readonly PaymentProvider[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? here : there));

/** Compares the sums, if the provider shows them. */
export const checkTotals = async ({ totals }: ProviderUnderTest, captured: number, refunded = 0): Promise<void> => {
  if (totals !== null) assert.deepEqual(await totals(), { captured, refunded });
};
