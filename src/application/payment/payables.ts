import type { TimeZone } from "../../domain/business-day.js";
import type { UserId } from "../../domain/ids.js";
import type { Payment, Subject } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";
import type { EpochMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { Transaction } from "../ports/transaction.js";
import { PayableOrder } from "./payable-order.js";
import { PayableSeat } from "./payable-seat.js";

/** Something to pay for, its row locked in a transaction. */
export interface Payable {
  readonly userId: UserId;
  /** Puts the payment's mark on it. @throws DomainError by which the payment is refused */
  begin(payment: Payment, now: EpochMs): Promise<void>;
  /** The payment was captured: what was to be paid for is theirs. */
  confirm(payment: Payment, now: EpochMs): Promise<void>;
  /** The payment came to nothing: the mark goes. */
  release(payment: Payment, now: EpochMs): Promise<void>;
}

/** Finds what a payment pays for: the one place that tells orders from reservations. */
export class Payables {
  private readonly notices: OrderNotices;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(notices: OrderNotices, clock: Clock, zone: TimeZone) {
    this.notices = notices;
    this.clock = clock;
    this.zone = zone;
  }

  /** Locks its row; `undefined` where there is no such thing. */
  async lock(tx: Transaction, subject: Subject): Promise<Payable | undefined> {
    if (subject.kind === "reservation") {
      const [reservation] = await tx.reservations.lock([subject.reservationId]);
      return reservation && new PayableSeat(tx, reservation, this.clock);
    }
    const [order] = await tx.orders.lock([subject.orderId]);
    return order && new PayableOrder(tx, order, this.zone);
  }

  /** Says that it has changed, after the commit. */
  announce(subject: Subject): void {
    if (subject.kind === "order") this.notices.announce([subject.orderId]);
  }

  /** What is thrown where there is no such thing, or it is another shopper's. */
  unknown(subject: Subject): DomainError {
    return new DomainError(
      subject.kind === "order"
        ? { code: "order-not-found", orderId: subject.orderId }
        : { code: "reservation-not-found", reservationId: subject.reservationId },
    );
  }
}
