import type { TimeZone } from "../../domain/business-day.js";
import { type Reservation, releaseSeatPayment, reserveSeat, startSeatPayment } from "../../domain/concert.js";
import type { UserId } from "../../domain/ids.js";
import { confirm, type Order, releasePayment, startPayment } from "../../domain/order.js";
import { type Payment, paymentConfirmed, type Subject } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";
import { movesOf } from "../../domain/product.js";
import { productSold, salesOf } from "../../domain/sale.js";
import type { EpochMs } from "../../domain/time.js";
import { detectSoldOut } from "../concert/detect-sold-out.js";
import { cancelLocked } from "../order/cancel-orders.js";
import { saveChanges } from "../order/order-step.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { Transaction } from "../ports/transaction.js";

/** What can be paid: an order or a held seat. Its row is locked. */
export type Payable =
  | { readonly kind: "order"; readonly userId: UserId; readonly order: Order }
  | { readonly kind: "reservation"; readonly userId: UserId; readonly reservation: Reservation };

const orderPayable = (order: Order): Payable => ({ kind: "order", userId: order.userId, order });
const seatPayable = (reservation: Reservation): Payable => ({
  kind: "reservation",
  userId: reservation.userId,
  reservation,
});

/** Returns the error for a subject that does not exist or belongs to another shopper. */
export const payableNotFound = (subject: Subject): DomainError =>
  new DomainError(
    subject.kind === "order"
      ? { code: "order-not-found", orderId: subject.orderId }
      : { code: "reservation-not-found", reservationId: subject.reservationId },
  );

/** What a payment does to its order or seat. Only this class changes the two differently (ADR 0015). */
export class Payables {
  private readonly notices: OrderNotices;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(notices: OrderNotices, clock: Clock, zone: TimeZone) {
    this.notices = notices;
    this.clock = clock;
    this.zone = zone;
  }

  /** Locks the row of the order or seat. Returns `undefined` if it does not exist. */
  async lock(tx: Transaction, subject: Subject): Promise<Payable | undefined> {
    if (subject.kind === "order") {
      const [order] = await tx.orders.lock([subject.orderId]);
      return order && orderPayable(order);
    }
    const [reservation] = await tx.reservations.lock([subject.reservationId]);
    return reservation && seatPayable(reservation);
  }

  /** Sets the payment's mark. @throws DomainError why the order or seat cannot be paid */
  async mark(tx: Transaction, payable: Payable, { paymentId, amount }: Payment, now: EpochMs): Promise<Payable> {
    if (payable.kind === "order") {
      const order = startPayment(payable.order, paymentId, amount, now);
      await tx.orders.save([order]);
      return orderPayable(order);
    }
    const reservation = startSeatPayment(payable.reservation, paymentId, amount, now);
    await tx.reservations.save([reservation]);
    return seatPayable(reservation);
  }

  /** Confirms the order or reserves the seat, after the payment has succeeded. */
  confirm(tx: Transaction, payable: Payable, payment: Payment, now: EpochMs): Promise<void> {
    return payable.kind === "order"
      ? this.confirmOrder(tx, payable.order, payment, now)
      : this.reserveSeat(tx, payable.reservation, payment, now);
  }

  /** Clears the mark of a declined or voided payment. An order or hold past its expiry then ends. */
  async release(tx: Transaction, payable: Payable, { paymentId }: Payment, now: EpochMs): Promise<void> {
    if (payable.kind === "order") {
      const { order, expired } = releasePayment(payable.order, paymentId, now);
      if (order === payable.order) return;
      await tx.orders.save([order]);
      if (expired) await saveChanges(tx, await cancelLocked(tx, [order], "expired", now));
      return;
    }
    const reservation = releaseSeatPayment(payable.reservation, paymentId, now);
    if (reservation === payable.reservation) return;
    await tx.reservations.save([reservation]);
    const { scheduleId, status } = reservation;
    if (status === "expired") await tx.concerts.count([{ scheduleId, held: -1, reserved: 0 }]);
  }

  /** Announces the change after the commit. */
  announce(subject: Subject): void {
    if (subject.kind === "order") this.notices.announce([subject.orderId]);
  }

  private async confirmOrder(tx: Transaction, before: Order, payment: Payment, now: EpochMs): Promise<void> {
    const { order, events } = confirm(before, payment.paymentId, now);
    if (events.length === 0) return;
    await tx.orders.save([order]);
    if (!(await tx.products.move(movesOf("sell", [order.lines])))) throw new Error("reserved stock is missing");
    const sales = salesOf(order.orderId, order.lines, now, this.zone);
    await tx.sales.add(sales);
    await tx.outbox.add([paymentConfirmed(payment, now), ...events, ...sales.map((sale) => productSold(sale, now))]);
  }

  /** Locks the schedule's row last, because all buyers of the schedule need it. */
  private async reserveSeat(tx: Transaction, before: Reservation, payment: Payment, now: EpochMs): Promise<void> {
    const reservation = reserveSeat(before, payment.paymentId);
    if (reservation === before) return;
    await tx.reservations.save([reservation]);
    await tx.outbox.add([paymentConfirmed(payment, now)]);
    await detectSoldOut(tx, reservation.scheduleId, this.clock);
  }
}
