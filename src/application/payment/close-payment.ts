import { closePayment, contradicts, markUnknown, type Payment, type Verdict } from "../../domain/payment.js";
import type { Clock } from "../ports/clock.js";
import type { ReportLateClose } from "../ports/report-late-close.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { Payables } from "./payables.js";

/** A payment after a call that had to close it. `closed`: this call has closed it. */
export type ClosedPayment = { readonly payment: Payment; readonly closed: boolean };

/** Closes payments, and confirms or releases their orders and seats in the same transaction. */
export class ClosePayment {
  private readonly work: UnitOfWork;
  private readonly payables: Payables;
  private readonly clock: Clock;
  private readonly report: ReportLateClose;

  /** @param report receives answers that contradict a closed payment */
  constructor(work: UnitOfWork, payables: Payables, clock: Clock, report: ReportLateClose) {
    this.work = work;
    this.payables = payables;
    this.clock = clock;
    this.report = report;
  }

  /** Closes an open payment with the provider's verdict. A payment that was closed before does not change. */
  async execute(open: Payment, verdict: Verdict): Promise<ClosedPayment> {
    const { paymentId, subject } = open;
    const result = await this.work.run(async (tx) => {
      const payable = await this.payables.lock(tx, subject);
      const payment = closePayment(open, verdict);
      if (!(await tx.payments.close(payment))) {
        const current = await tx.payments.lock(paymentId);
        if (current === undefined) throw new Error(`payment ${paymentId} is missing`);
        return { payment: current, closed: false };
      }
      if (payable === undefined) throw new Error(`what payment ${paymentId} is for is missing`);
      // Read under the locks, so that a sell-out has the time of the payment that caused it.
      const now = this.clock.now();
      if (payment.status === "succeeded") await this.payables.confirm(tx, payable, payment, now);
      else await this.payables.release(tx, payable, payment, now);
      return { payment, closed: true };
    });
    if (result.closed) this.payables.announce(subject);
    else if (contradicts(result.payment, verdict)) this.report({ payment: result.payment, verdict });
    return result;
  }

  /** Records that the provider has not answered in time. Returns the current payment: it may have been closed since. */
  unanswered(payment: Payment): Promise<Payment> {
    return this.work.run(async (tx) => {
      const before = (await tx.payments.lock(payment.paymentId)) ?? payment;
      const after = markUnknown(before);
      if (after !== before) await tx.payments.save(after);
      return after;
    });
  }
}
