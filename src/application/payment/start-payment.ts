import type { PaymentId } from "../../domain/ids.js";
import { beginPayment, isOpen, type Payment, type PaymentRequest, sameRequest } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { Digest } from "../ports/digest.js";
import type { NewId } from "../ports/new-id.js";
import type { PaymentProviders } from "../ports/payment-providers.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { type Payables, payableNotFound } from "./payables.js";

/** The payment of a request's key. `isNew`: this request has started it. */
export type StartedPayment = { readonly payment: Payment; readonly isNew: boolean };

type Charges = {
  readonly digest: Digest;
  readonly providers: PaymentProviders;
  /** Dates payments, because another node may settle them when they are too old. */
  readonly sharedClock: Clock;
};

/** Starts a payment in one transaction: its mark on the order or seat, and its row. */
export class StartPayment {
  private readonly work: UnitOfWork;
  private readonly payables: Payables;
  private readonly clock: Clock;
  private readonly newId: NewId;
  private readonly charges: Charges;

  constructor(work: UnitOfWork, payables: Payables, clock: Clock, newId: NewId, charges: Charges) {
    this.work = work;
    this.payables = payables;
    this.clock = clock;
    this.newId = newId;
    this.charges = charges;
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
    const { digest, providers, sharedClock } = this.charges;
    const start = { methodDigest: digest(request.method), provider: providers.current };
    const identity = { paymentId: this.newId() as string as PaymentId, ...start };
    const payment = beginPayment(request, identity, sharedClock.now());
    // A check that fails below rolls this insert back, so only a payment that has started binds its key.
    if (!(await tx.payments.add(payment))) return { payment: await existingPayment(tx, payment), isNew: false };
    if (payable?.userId !== request.userId) throw payableNotFound(request.subject);
    const marked = await this.payables.mark(tx, payable, payment, now);
    if (!isOpen(payment)) await this.payables.confirm(tx, marked, payment, now);
    return { payment, isNew: true };
  }
}

/** Reads the payment whose key is in use. */
const existingPayment = async (tx: Transaction, request: Payment): Promise<Payment> => {
  const { userId, key } = request;
  const existing = await tx.payments.byKey(userId, key);
  if (existing === undefined) throw new Error(`the payment of key ${key} is missing`);
  if (!sameRequest(existing, request)) throw new DomainError({ code: "idempotency-key-reused", idempotencyKey: key });
  return existing;
};
