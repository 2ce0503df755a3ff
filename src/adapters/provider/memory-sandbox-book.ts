import type { SandboxBook, SandboxEntry, SandboxTotals } from "../../application/ports/sandbox-book.js";
import type { PaymentId, RefundId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";

const sum = (amounts: Iterable<Money>): number => [...amounts].reduce((total: number, amount) => total + amount, 0);

/** The book of the sandbox provider in process memory. */
export class MemorySandboxBook implements SandboxBook {
  private readonly entries = new Map<PaymentId, SandboxEntry>();
  private readonly refunds = new Map<PaymentId, Map<RefundId, Money>>();

  async record(entry: SandboxEntry): Promise<Verdict> {
    const first = this.entries.get(entry.paymentId) ?? entry;
    this.entries.set(entry.paymentId, first);
    return first.verdict;
  }

  async refund(paymentId: PaymentId, refundId: RefundId, amount: Money): Promise<boolean> {
    const refunds = this.refunds.get(paymentId) ?? new Map<RefundId, Money>();
    const first = refunds.get(refundId);
    if (first !== undefined) return first === amount;
    const entry = this.entries.get(paymentId);
    if (entry?.verdict !== "captured" || entry.amount < sum(refunds.values()) + amount) return false;
    this.refunds.set(paymentId, refunds.set(refundId, amount));
    return true;
  }

  async totals(): Promise<SandboxTotals> {
    const captured = sum([...this.entries.values()].map(({ amount }) => amount));
    return { captured, refunded: sum([...this.refunds.values()].flatMap((refunds) => [...refunds.values()])) };
  }
}
