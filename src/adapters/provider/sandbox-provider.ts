import { setTimeout as pause } from "node:timers/promises";
import type { PaymentProvider } from "../../application/ports/payment-provider.js";
import type { SandboxBook } from "../../application/ports/sandbox-book.js";
import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Payment, Verdict } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";

/** How long a slow capture takes, ms. */
const slowMs = 2000;
const nothing = 0 as Money;

/** What a silent provider answers. No timer holds it, so whoever has lost patience leaves nothing behind. */
const silence = (): Promise<never> => new Promise(() => {});

/** Keeps no process alive that has nothing else to do: its payment is then as lost as any that is not answered. */
const wait = (ms: number): Promise<void> => pause(ms, undefined, { ref: false });

/** The provider for trials: moves no money, and does what the payment's method says. */
export class SandboxProvider implements PaymentProvider {
  private readonly book: SandboxBook;
  private readonly wait: (ms: number) => Promise<void>;

  /** @param waits what a slow capture does first */
  constructor(book: SandboxBook, waits: (ms: number) => Promise<void> = wait) {
    this.book = book;
    this.wait = waits;
  }

  /** @throws DomainError `engine-unavailable` where the book is not known to have it */
  async capture({ paymentId, amount, method }: Pick<Payment, "paymentId" | "amount" | "method">): Promise<Verdict> {
    const captured = { paymentId, verdict: "captured", amount } as const;
    switch (method) {
      case "sandbox-ok":
        return this.book.record(captured);
      case "sandbox-declined":
        return this.book.record({ paymentId, verdict: "declined", amount: nothing });
      case "sandbox-silent-captured":
        await this.book.record(captured);
        return silence();
      case "sandbox-silent-lost":
        return silence();
      case "sandbox-slow":
        await this.wait(slowMs);
        return this.book.record(captured);
      default:
        throw new Error(`no such method: ${method satisfies never}`);
    }
  }

  /** @throws DomainError `engine-unavailable` as `capture` */
  void(paymentId: PaymentId): Promise<Verdict> {
    return this.book.record({ paymentId, verdict: "voided", amount: nothing });
  }

  /** @throws DomainError `impossible-transition` where so much was not captured; `engine-unavailable` as `capture` */
  async refund(paymentId: PaymentId, amount: Money): Promise<void> {
    if (!(await this.book.refund(paymentId, amount)))
      throw new DomainError({ code: "impossible-transition", from: "not captured", step: "refund" });
  }
}
