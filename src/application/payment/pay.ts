import type { PaymentId } from "../../domain/ids.js";
import {
  beginPayment,
  closePayment,
  isOpen,
  markUnknown,
  type Payment,
  type PaymentRequest,
  sameRequest,
  type Verdict,
} from "../../domain/payment.js";
import { DomainError, isBackendUnavailable } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { NewId } from "../ports/new-id.js";
import type { PaymentProvider } from "../ports/payment-provider.js";
import type { ReportLateClose } from "../ports/report-late-close.js";
import type { Timeout } from "../ports/timeout.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { type Payables, payableNotFound } from "./payable.js";

/** The payment of a request's key. `isNew`: this request has started it. */
export type StartedPayment = { readonly payment: Payment; readonly isNew: boolean };

/** A payment after a call that had to close it. `closed`: this call has closed it. */
export type ClosedPayment = { readonly payment: Payment; readonly closed: boolean };

/** Starts a payment in one transaction: its mark on the order or seat, and its row. */
export class StartPayment {
  private readonly work: UnitOfWork;
  private readonly payables: Payables;
  private readonly clock: Clock;
  private readonly newId: NewId;

  constructor(work: UnitOfWork, payables: Payables, clock: Clock, newId: NewId) {
    this.work = work;
    this.payables = payables;
    this.clock = clock;
    this.newId = newId;
  }

  /**
   * Checks run in this order: key reused, key known, subject unknown, paid, payment open, not payable, wrong amount.
   * @throws DomainError the first check that fails
   */
  async execute(request: PaymentRequest): Promise<StartedPayment> {
    const started = await this.work.run((tx) => this.startIn(tx, request));
    // A payment of amount 0 has already succeeded.
    if (started.isNew && !isOpen(started.payment)) this.payables.announce(request.subject);
    return started;
  }

  private async startIn(tx: Transaction, request: PaymentRequest): Promise<StartedPayment> {
    // Locked first: of concurrent requests with one key, all but the first then find the payment of the first.
    const payable = await this.payables.lock(tx, request.subject);
    const now = this.clock.now();
    const payment = beginPayment(request, this.newId() as string as PaymentId, now);
    // A check that fails below rolls this insert back, so only a payment that has started binds its key.
    if (!(await tx.payments.add(payment))) return { payment: await existingPayment(tx, request), isNew: false };
    if (payable?.userId !== request.userId) throw payableNotFound(request.subject);
    const marked = await this.payables.mark(tx, payable, payment, now);
    if (!isOpen(payment)) await this.payables.confirm(tx, marked, payment, now);
    return { payment, isNew: true };
  }
}

/** Reads the payment whose key is in use. */
const existingPayment = async (tx: Transaction, request: PaymentRequest): Promise<Payment> => {
  const { userId, key } = request;
  const existing = await tx.payments.byKey(userId, key);
  if (existing === undefined) throw new Error(`the payment of key ${key} is missing`);
  if (!sameRequest(existing, request)) throw new DomainError({ code: "idempotency-key-reused", idempotencyKey: key });
  return existing;
};

/** Closes payments, and confirms or releases their orders and seats in the same transaction. */
export class ClosePayment {
  private readonly work: UnitOfWork;
  private readonly payables: Payables;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, payables: Payables, clock: Clock) {
    this.work = work;
    this.payables = payables;
    this.clock = clock;
  }

  /**
   * Closes an open payment with the provider's verdict. A payment that was closed before does not change.
   * @throws DomainError `impossible-transition` if the verdict contradicts how the payment was closed
   */
  async execute(open: Payment, verdict: Verdict): Promise<ClosedPayment> {
    const { paymentId, subject } = open;
    const result = await this.work.run(async (tx) => {
      const payable = await this.payables.lock(tx, subject);
      const payment = closePayment(open, verdict);
      if (!(await tx.payments.close(payment))) {
        const current = await tx.payments.lock(paymentId);
        if (current === undefined) throw new Error(`payment ${paymentId} is missing`);
        return { payment: closePayment(current, verdict), closed: false };
      }
      if (payable === undefined) throw new Error(`what payment ${paymentId} is for is missing`);
      // Read under the locks, so that a sell-out has the time of the payment that caused it.
      const now = this.clock.now();
      if (payment.status === "succeeded") await this.payables.confirm(tx, payable, payment, now);
      else await this.payables.release(tx, payable, payment, now);
      return { payment, closed: true };
    });
    if (result.closed) this.payables.announce(subject);
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

/** Pays for an order or a seat: starts the payment, calls the provider outside any transaction, closes the payment. */
export class ConfirmPayment {
  private readonly start: StartPayment;
  private readonly provider: PaymentProvider;
  private readonly close: ClosePayment;
  private readonly timeout: Timeout;
  private readonly report: ReportLateClose;

  constructor(
    start: StartPayment,
    provider: PaymentProvider,
    close: ClosePayment,
    timeout: Timeout,
    report: ReportLateClose,
  ) {
    this.start = start;
    this.provider = provider;
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
    const closing = this.capture(payment).catch((error: unknown) => {
      reportFailure(this.report, error);
      return "late" as const;
    });
    const result = await this.timeout(closing);
    if (result !== "late") return result.payment;
    const response = this.close.unanswered(payment);
    void this.reportClosing(closing, response);
    return response;
  }

  private async capture(payment: Payment): Promise<ClosedPayment> {
    return this.close.execute(payment, await this.provider.capture(payment));
  }

  /** Reports a closing that the response does not show. */
  private async reportClosing(closing: Promise<ClosedPayment | "late">, response: Promise<Payment>): Promise<void> {
    const showsOpen = await response.then(isOpen, () => true);
    const result = await closing;
    if (showsOpen && result !== "late" && result.closed) this.report(result.payment.status);
  }
}

/** Reports an error, unless a backend was unreachable: then the payment stays open and is settled later. */
export const reportFailure = (report: ReportLateClose, error: unknown): void => {
  if (!isBackendUnavailable(error)) report(error instanceof Error ? error : new Error(String(error)));
};
