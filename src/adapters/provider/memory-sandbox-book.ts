import type { SandboxBook, SandboxEntry, SandboxTotals } from "../../application/ports/sandbox-book.js";
import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";

/** The book of the sandbox provider in process memory. */
export class MemorySandboxBook implements SandboxBook {
  private readonly entries = new Map<PaymentId, SandboxEntry>();
  private readonly refunds = new Map<PaymentId, Money>();

  async record(entry: SandboxEntry): Promise<Verdict> {
    const first = this.entries.get(entry.paymentId) ?? entry;
    this.entries.set(entry.paymentId, first);
    return first.verdict;
  }

  async refund(paymentId: PaymentId, amount: Money): Promise<boolean> {
    const entry = this.entries.get(paymentId);
    if (entry?.verdict !== "captured" || entry.amount < amount) return false;
    const first = this.refunds.get(paymentId) ?? amount;
    this.refunds.set(paymentId, first);
    return first === amount;
  }

  async totals(): Promise<SandboxTotals> {
    const captured = [...this.entries.values()].reduce((sum, { amount }) => sum + amount, 0);
    return { captured, refunded: [...this.refunds.values()].reduce((sum: number, amount) => sum + amount, 0) };
  }
}
