import { acknowledgeRefund, type Payment } from "../../domain/payment.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import { after } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { Patience } from "../ports/patience.js";
import type { PaymentProvider } from "../ports/payment-provider.js";
import type { PaymentQueries } from "../ports/payment-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { ClosePayment } from "./close-payment.js";
import { type ClosedLate, tellError } from "./closed-late.js";

/** A payment that is open for longer is voided. */
const openMs = 15_000;
/** Calls to the provider at once, so that one that is silent does not hold up the rest for long. */
const callsAtOnce = 20;

type Asks = {
  readonly provider: PaymentProvider;
  readonly patience: Patience;
  /** Hears of every payment that was closed, in time or not, and of errors that came when nobody waited any more. */
  readonly closedLate: ClosedLate;
};
type Failed = { readonly error: unknown };

/** Ends what the provider left open: voids it, again and again until it answers, and sends refunds that are due. */
export class SettleOpenPayments {
  private readonly payments: PaymentQueries;
  private readonly work: UnitOfWork;
  private readonly close: ClosePayment;
  private readonly asks: Asks;
  private readonly clock: Clock;

  constructor(payments: PaymentQueries, work: UnitOfWork, close: ClosePayment, asks: Asks, clock: Clock) {
    this.payments = payments;
    this.work = work;
    this.close = close;
    this.asks = asks;
    this.clock = clock;
  }

  /** Those that stay silent are met again the next time. @throws the first error of one, once all were asked */
  async execute(): Promise<void> {
    const before = after(this.clock.now(), -openMs);
    const voids = await this.each(
      (last) => this.payments.openSince(before, last, callsAtOnce),
      (payment) => this.void(payment),
    );
    const refunds = await this.each(
      (last) => this.payments.refundsDue(last, callsAtOnce),
      (payment) => this.refund(payment),
    );
    const failed = [...voids, ...refunds].find(({ error }) => !isBackendUnavailable(error));
    if (failed !== undefined) throw failed.error;
  }

  private async each(
    page: (last: Payment | null) => Promise<readonly Payment[]>,
    settle: (payment: Payment) => Promise<void>,
  ): Promise<readonly Failed[]> {
    const failures: Failed[] = [];
    for (let last: Payment | null | undefined = null; last !== undefined; ) {
      const payments: readonly Payment[] = await page(last);
      const ends = await Promise.all(payments.map((payment) => this.hear(settle(payment))));
      failures.push(...ends.flatMap((end) => end ?? []));
      last = payments.length < callsAtOnce ? undefined : payments.at(-1);
    }
    return failures;
  }

  /** Waits for as long as it is worth; what comes later has its effect all the same. Answers an error that came in time. */
  private async hear(settling: Promise<void>): Promise<Failed | undefined> {
    const end = settling.then(
      () => undefined,
      (error: unknown): Failed => ({ error }),
    );
    const heard = await this.asks.patience(end);
    if (heard !== "late") return heard;
    void end.then((late) => late && tellError(this.asks.closedLate, late.error));
    return undefined;
  }

  private async void({ paymentId }: Payment): Promise<void> {
    const { payment, changed } = await this.close.execute(paymentId, await this.asks.provider.void(paymentId));
    if (changed) this.asks.closedLate(payment.status);
  }

  private async refund({ paymentId, amount }: Payment): Promise<void> {
    await this.asks.provider.refund(paymentId, amount);
    await this.work.run(async (tx) => {
      const payment = await tx.payments.lock(paymentId);
      if (payment !== undefined) await tx.payments.save(acknowledgeRefund(payment));
    });
  }
}
