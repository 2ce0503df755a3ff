import { isOpen, type Payment, type PaymentMethod, type PaymentRequest } from "../../domain/payment.js";
import type { PaymentProviders } from "../ports/payment-providers.js";
import type { ReportLateClose } from "../ports/report-late-close.js";
import type { Timeout } from "../ports/timeout.js";
import type { ClosedPayment, ClosePayment } from "./close-payment.js";
import { reportFailure } from "./report-failure.js";
import type { StartPayment } from "./start-payment.js";

/** Pays for an order or a seat: starts the payment, calls the provider outside any transaction, closes the payment. */
export class ConfirmPayment {
  private readonly start: StartPayment;
  private readonly providers: PaymentProviders;
  private readonly close: ClosePayment;
  private readonly timeout: Timeout;
  private readonly report: ReportLateClose;

  constructor(
    start: StartPayment,
    providers: PaymentProviders,
    close: ClosePayment,
    timeout: Timeout,
    report: ReportLateClose,
  ) {
    this.start = start;
    this.providers = providers;
    this.close = close;
    this.timeout = timeout;
    this.report = report;
  }

  /**
   * Returns the current payment of the request's key. Without an answer of the provider it is `unknown`, never declined.
   * @throws DomainError the first check that fails; `engine-unavailable` if it is unknown whether the payment has
   * started: then the provider was not called
   */
  async execute(request: PaymentRequest): Promise<Payment> {
    const { payment, isNew } = await this.start.execute(request);
    if (!isNew || !isOpen(payment)) return payment;
    // An answer after the timeout still closes the payment. Without an answer, the sweeper closes it.
    const closing = this.capture(payment, request.method).catch((error: unknown) => {
      reportFailure(this.report, error);
      return "late" as const;
    });
    const result = await this.timeout(closing);
    if (result !== "late") return result.payment;
    const response = this.close.unanswered(payment);
    void this.reportClosing(closing, response);
    return response;
  }

  private async capture(payment: Payment, method: PaymentMethod): Promise<ClosedPayment> {
    const { paymentId, amount } = payment;
    const verdict = await this.providers.byName(payment.provider).capture({ paymentId, amount, method });
    return this.close.execute(payment, verdict);
  }

  /** Reports a closing that the response does not show. */
  private async reportClosing(closing: Promise<ClosedPayment | "late">, response: Promise<Payment>): Promise<void> {
    const showsOpen = await response.then(isOpen, () => true);
    const result = await closing;
    if (showsOpen && result !== "late" && result.closed) this.report(result.payment.status);
  }
}
