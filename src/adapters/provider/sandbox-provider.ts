import { setTimeout as pause } from "node:timers/promises";
import type { Charge, PaymentProvider } from "../../application/ports/payment-provider.js";
import type { SandboxBook } from "../../application/ports/sandbox-book.js";
import type { PaymentId, RefundId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";

/** Delay of a `sandbox-slow` capture, in ms. */
const slowCaptureMs = 2000;
const zero = 0 as Money;

/** Never resolves, and holds no timer. */
const noAnswer = (): Promise<never> => new Promise(() => {});

/** Does not keep the process alive: a payment whose process ends is settled like any payment without an answer. */
const delay = (ms: number): Promise<void> => pause(ms, undefined, { ref: false });

/** The payment methods of the sandbox; each selects a behavior. */
export const sandboxMethods = [
  "sandbox-ok",
  "sandbox-declined",
  "sandbox-silent-captured",
  "sandbox-silent-lost",
  "sandbox-slow",
] as const;
type SandboxMethod = (typeof sandboxMethods)[number];

/** A provider that moves no money. The payment method selects its behavior. */
export class SandboxProvider implements PaymentProvider {
  private readonly book: SandboxBook;
  private readonly delay: (ms: number) => Promise<void>;

  /** @param wait replaces the delay of a slow capture in tests */
  constructor(book: SandboxBook, wait: (ms: number) => Promise<void> = delay) {
    this.book = book;
    this.delay = wait;
  }

  /** @throws DomainError `engine-unavailable` if it is unknown whether the book has recorded the verdict */
  async capture({ paymentId, amount, method }: Charge): Promise<Verdict> {
    const captured = { paymentId, verdict: "captured", amount } as const;
    switch (method as SandboxMethod) {
      case "sandbox-ok":
        return this.book.record(captured);
      case "sandbox-declined":
        return this.book.record({ paymentId, verdict: "declined", amount: zero });
      case "sandbox-silent-captured":
        await this.book.record(captured);
        return noAnswer();
      case "sandbox-silent-lost":
        return noAnswer();
      case "sandbox-slow":
        await this.delay(slowCaptureMs);
        return this.book.record(captured);
      default:
        throw new Error("unknown payment method");
    }
  }

  /** @throws DomainError `engine-unavailable` as `capture` */
  void(paymentId: PaymentId): Promise<Verdict> {
    return this.book.record({ paymentId, verdict: "voided", amount: zero });
  }

  /** @throws DomainError `impossible-transition` if the refund is rejected; `engine-unavailable` as `capture` */
  async refund(paymentId: PaymentId, refundId: RefundId, amount: Money): Promise<void> {
    if (!(await this.book.refund(paymentId, refundId, amount)))
      throw new DomainError({ code: "impossible-transition", from: "not refundable", step: "refund" });
  }
}
