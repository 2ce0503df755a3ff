import type { Payment, PaymentRequest } from "../../domain/payment.js";
import type { Patience } from "../ports/patience.js";
import type { PaymentProvider } from "../ports/payment-provider.js";
import type { ClosePayment } from "./close-payment.js";
import type { StartPayment } from "./start-payment.js";

/** Pays for an order or a seat, once a key, with no call to the provider inside a transaction. */
export class ConfirmPayment {
  private readonly start: StartPayment;
  private readonly provider: PaymentProvider;
  private readonly close: ClosePayment;
  private readonly patience: Patience;

  constructor(start: StartPayment, provider: PaymentProvider, close: ClosePayment, patience: Patience) {
    this.start = start;
    this.provider = provider;
    this.close = close;
    this.patience = patience;
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
    const closing = this.provider
      .capture(payment)
      .then((verdict) => this.close.execute(payment.paymentId, verdict))
      .catch(() => "late" as const);
    const closed = await this.patience(closing);
    return closed === "late" ? this.close.silence(payment) : closed;
  }
}
