import { seatRefundOf } from "../../domain/ids.js";
import { acknowledgeRefund, type Payment } from "../../domain/payment.js";
import { isTransient } from "../../domain/problem.js";
import { after } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { PaymentProviders } from "../ports/payment-providers.js";
import type { PaymentQueries } from "../ports/payment-queries.js";
import type { ReportLateClose } from "../ports/report-late-close.js";
import type { Timeout } from "../ports/timeout.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { ClosePayment } from "./close-payment.js";
import { reportFailure } from "./report-failure.js";

/** A payment that has been open for longer is voided. */
const maxOpenMs = 15_000;
/** Concurrent calls to the provider: one that gets no answer delays the others by one timeout at most. */
const concurrency = 20;

type CallError = { readonly error: unknown };
type ProviderCalls = {
  readonly providers: PaymentProviders;
  readonly timeout: Timeout;
  /** Receives every payment that was closed, and errors that came after the timeout. */
  readonly report: ReportLateClose;
};

/** Settles open payments: voids those without an answer, and sends refunds that are due. */
export class SettleOpenPayments {
  private readonly payments: PaymentQueries;
  private readonly work: UnitOfWork;
  private readonly close: ClosePayment;
  private readonly calls: ProviderCalls;
  private readonly clock: Clock;

  constructor(payments: PaymentQueries, work: UnitOfWork, close: ClosePayment, calls: ProviderCalls, clock: Clock) {
    this.payments = payments;
    this.work = work;
    this.close = close;
    this.calls = calls;
    this.clock = clock;
  }

  /** The next run repeats calls without an answer. @throws the first error of a call, after all others were made */
  async execute(): Promise<void> {
    const before = after(this.clock.now(), -maxOpenMs);
    const voids = await this.settleAll(
      (last) => this.payments.openSince(before, last, concurrency),
      (payment) => this.void(payment),
    );
    const refunds = await this.settleAll(
      (last) => this.payments.refundsDue(last, concurrency),
      (payment) => this.refund(payment),
    );
    const failure = [...voids, ...refunds].find(({ error }) => !isTransient(error));
    if (failure !== undefined) throw failure.error;
  }

  private async settleAll(
    readPage: (last: Payment | null) => Promise<readonly Payment[]>,
    settle: (payment: Payment) => Promise<void>,
  ): Promise<readonly CallError[]> {
    const failures: CallError[] = [];
    for (let last: Payment | null | undefined = null; last !== undefined; ) {
      const page: readonly Payment[] = await readPage(last);
      const results = await Promise.all(page.map((payment) => this.failureOf(settle(payment))));
      failures.push(...results.flatMap((failure) => failure ?? []));
      last = page.length < concurrency ? undefined : page.at(-1);
    }
    return failures;
  }

  /** Waits until the timeout, and returns an error that came before it. Later work still has its effect. */
  private async failureOf(settling: Promise<void>): Promise<CallError | undefined> {
    const { timeout, report } = this.calls;
    const failure = settling.then(
      () => undefined,
      (error: unknown): CallError => ({ error }),
    );
    const result = await timeout(failure);
    if (result !== "late") return result;
    void failure.then((late) => late && reportFailure(report, late.error));
    return undefined;
  }

  private async void(open: Payment): Promise<void> {
    const { providers, report } = this.calls;
    const verdict = await providers.byName(open.provider).void(open.paymentId);
    const { payment, closed } = await this.close.execute(open, verdict);
    if (closed) report(payment.status);
  }

  private async refund({ paymentId, amount, provider }: Payment): Promise<void> {
    await this.calls.providers.byName(provider).refund(paymentId, seatRefundOf(paymentId), amount);
    await this.work.run(async (tx) => {
      const payment = await tx.payments.lock(paymentId);
      if (payment !== undefined) await tx.payments.save(acknowledgeRefund(payment));
    });
  }
}
