import type { PaymentId } from "../../domain/ids.js";
import { closePayment, markUnknown, type Payment, type Verdict } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { PaymentQueries } from "../ports/payment-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { Payables } from "./payables.js";

/** A payment as it stands, and whether it was closed by this very call. */
export type Closing = { readonly payment: Payment; readonly changed: boolean };

/** Ends a payment by the provider's verdict, and confirms or frees what it was for in the same transaction. */
export class ClosePayment {
  private readonly work: UnitOfWork;
  private readonly payments: PaymentQueries;
  private readonly payables: Payables;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, payments: PaymentQueries, payables: Payables, clock: Clock) {
    this.work = work;
    this.payments = payments;
    this.payables = payables;
    this.clock = clock;
  }

  /** Closes it, once; answers it as it stands then, whoever closed it. @throws DomainError `payment-not-found` */
  async execute(paymentId: PaymentId, verdict: Verdict): Promise<Closing> {
    const known = await this.payments.find(paymentId);
    if (known === undefined) throw new DomainError({ code: "payment-not-found", paymentId });
    const { subject } = known;
    const { payment, changed } = await this.work.run(async (tx) => {
      const thing = await this.payables.lock(tx, subject);
      const before = await tx.payments.lock(paymentId);
      if (thing === undefined || before === undefined) throw new Error(`payment ${paymentId} lost what it was for`);
      const payment = closePayment(before, verdict);
      if (payment === before) return { payment, changed: false };
      await tx.payments.save(payment);
      // Read under the locks, so that a sell-out's time is that of the payment that made it.
      const now = this.clock.now();
      if (payment.status === "succeeded") await thing.confirm(payment, now);
      else await thing.release(payment, now);
      return { payment, changed: true };
    });
    if (changed) this.payables.announce(subject);
    return { payment, changed };
  }

  /** Notes that the provider has not answered in time; a payment that is closed meanwhile stays so. */
  silence(payment: Payment): Promise<Payment> {
    return this.work.run(async (tx) => {
      const before = (await tx.payments.lock(payment.paymentId)) ?? payment;
      const after = markUnknown(before);
      if (after !== before) await tx.payments.save(after);
      return after;
    });
  }
}
