import { isOpen, type Payment, type PaymentRequest } from "../../domain/payment.js";
import type { Patience } from "../ports/patience.js";
import type { PaymentProvider } from "../ports/payment-provider.js";
import type { ClosePayment, Closing } from "./close-payment.js";
import { type ClosedLate, tellError } from "./closed-late.js";
import type { StartPayment } from "./start-payment.js";

/** Pays for an order or a seat, once a key, with no call to the provider inside a transaction. */
export class ConfirmPayment {
  private readonly start: StartPayment;
  private readonly provider: PaymentProvider;
  private readonly close: ClosePayment;
  private readonly patience: Patience;
  private readonly closedLate: ClosedLate;

  constructor(
    start: StartPayment,
    provider: PaymentProvider,
    close: ClosePayment,
    patience: Patience,
    closedLate: ClosedLate,
  ) {
    this.start = start;
    this.provider = provider;
    this.close = close;
    this.patience = patience;
    this.closedLate = closedLate;
  }

  /**
   * The payment as it stands: `unknown` where the provider is silent, which is never a decline.
   * @throws DomainError by which the request is refused; `engine-unavailable` where it is not known to have begun, and
   * then the provider was not asked
   */
  async execute(request: PaymentRequest): Promise<Payment> {
    const { payment, began } = await this.start.execute(request);
    if (!began) return payment;
    // An answer that comes late closes the payment as well; one that never comes is left to the sweeper.
    const closing = this.capture(payment).catch((error: unknown) => {
      tellError(this.closedLate, error);
      return "late" as const;
    });
    const closed = await this.patience(closing);
    if (closed !== "late") return closed.payment;
    const answer = this.close.silence(payment);
    void this.follow(closing, answer);
    return answer;
  }

  private async capture(payment: Payment): Promise<Closing> {
    return this.close.execute(payment.paymentId, await this.provider.capture(payment));
  }

  /** Tells of an end that came too late for the answer. */
  private async follow(closing: Promise<Closing | "late">, answer: Promise<Payment>): Promise<void> {
    const wasOpen = await answer.then(isOpen, () => true);
    const closed = await closing;
    if (wasOpen && closed !== "late" && closed.changed) this.closedLate(closed.payment.status);
  }
}
