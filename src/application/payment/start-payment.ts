import type { PaymentId } from "../../domain/ids.js";
import { beginPayment, isOpen, type Payment, type PaymentRequest, sameRequest } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { NewId } from "../ports/new-id.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { Payables } from "./payables.js";

/** `began`: this very request made the payment, and the provider is to be asked. */
export type Started = { readonly payment: Payment; readonly began: boolean };

/** Another request with the key, for another thing, committed first. */
class KeyTaken extends Error {}

/** Begins a payment in one transaction: its mark on what it pays for, and its row, or neither. */
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

  /** @throws DomainError by which the request is refused, in the order of the contract */
  async execute(request: PaymentRequest): Promise<Started> {
    for (;;)
      try {
        const started = await this.work.run((tx) => this.startIn(tx, request));
        if (started.closed) this.payables.announce(request.subject);
        return started;
      } catch (error) {
        if (!(error instanceof KeyTaken)) throw error;
      }
  }

  private async startIn(tx: Transaction, request: PaymentRequest): Promise<Started & { readonly closed: boolean }> {
    // Locked before the key is looked up: of requests with one key at once, all but the first then find its payment.
    const thing = await this.payables.lock(tx, request.subject);
    const standing = await tx.payments.byKey(request.userId, request.key);
    if (standing !== undefined) {
      if (!sameRequest(standing, request))
        throw new DomainError({ code: "idempotency-key-reused", idempotencyKey: request.key });
      return { payment: standing, began: false, closed: false };
    }
    if (thing?.userId !== request.userId) throw this.payables.unknown(request.subject);
    const now = this.clock.now();
    const payment = beginPayment(request, this.newId() as string as PaymentId, now);
    await thing.begin(payment, now);
    if (!(await tx.payments.add(payment))) throw new KeyTaken();
    const open = isOpen(payment);
    if (!open) await thing.confirm(payment, now);
    return { payment, began: open, closed: !open };
  }
}
