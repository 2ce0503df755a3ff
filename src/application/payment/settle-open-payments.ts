import { acknowledgeRefund, type Payment } from "../../domain/payment.js";
import { after } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { Patience } from "../ports/patience.js";
import type { PaymentProvider } from "../ports/payment-provider.js";
import type { PaymentQueries } from "../ports/payment-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { ClosePayment } from "./close-payment.js";

/** A payment that is open for longer is voided. */
const openMs = 15_000;
/** Calls to the provider at once, so that one that is silent does not hold up the rest for long. */
const callsAtOnce = 20;

type Asks = { readonly provider: PaymentProvider; readonly patience: Patience };

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

  /** Answers the payments that were closed; those that stay silent are met again the next time. */
  async execute(): Promise<readonly Payment[]> {
    const before = after(this.clock.now(), -openMs);
    const closed = await this.each(
      (last) => this.payments.openSince(before, last, callsAtOnce),
      async ({ paymentId }) => {
        const verdict = await this.asks.patience(this.asks.provider.void(paymentId));
        return verdict === "late" ? undefined : this.close.execute(paymentId, verdict);
      },
    );
    await this.each(
      (last) => this.payments.refundsDue(last, callsAtOnce),
      (payment) => this.refund(payment),
    );
    return closed;
  }

  private async each(
    page: (last: Payment | null) => Promise<readonly Payment[]>,
    ask: (payment: Payment) => Promise<Payment | undefined>,
  ): Promise<readonly Payment[]> {
    const done: Payment[] = [];
    for (let last: Payment | null | undefined = null; last !== undefined; ) {
      const payments: readonly Payment[] = await page(last);
      const answers = await Promise.allSettled(payments.map(ask));
      for (const answer of answers) if (answer.status === "fulfilled" && answer.value) done.push(answer.value);
      last = payments.length < callsAtOnce ? undefined : payments.at(-1);
    }
    return done;
  }

  private async refund({ paymentId, amount }: Payment): Promise<undefined> {
    const sent = this.asks.provider.refund(paymentId, amount).then(() => "sent" as const);
    if ((await this.asks.patience(sent)) === "late") return;
    await this.work.run(async (tx) => {
      const payment = await tx.payments.lock(paymentId);
      if (payment !== undefined) await tx.payments.save(acknowledgeRefund(payment));
    });
  }
}
