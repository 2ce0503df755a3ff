import { type Reservation, releaseSeatPayment, reserveSeat, startSeatPayment } from "../../domain/concert.js";
import type { UserId } from "../../domain/ids.js";
import { type Payment, paymentConfirmed } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";
import { detectSoldOut } from "../concert/detect-sold-out.js";
import type { Clock } from "../ports/clock.js";
import type { Transaction } from "../ports/transaction.js";
import type { Payable } from "./payables.js";

/** A locked reservation, as something to pay for. */
export class PayableSeat implements Payable {
  private readonly tx: Transaction;
  private reservation: Reservation;
  private readonly clock: Clock;

  constructor(tx: Transaction, reservation: Reservation, clock: Clock) {
    this.tx = tx;
    this.reservation = reservation;
    this.clock = clock;
  }

  get userId(): UserId {
    return this.reservation.userId;
  }

  async begin({ paymentId, amount }: Payment, now: EpochMs): Promise<void> {
    await this.save(startSeatPayment(this.reservation, paymentId, amount, now));
  }

  /** The seat is theirs; the schedule's row, which every buyer of it wants, comes last. */
  async confirm(payment: Payment, now: EpochMs): Promise<void> {
    const reserved = reserveSeat(this.reservation, payment.paymentId);
    if (reserved === this.reservation) return;
    await this.save(reserved);
    await this.tx.outbox.add([paymentConfirmed(payment, now)]);
    await detectSoldOut(this.tx, reserved.scheduleId, this.clock);
  }

  async release({ paymentId }: Payment, now: EpochMs): Promise<void> {
    const released = releaseSeatPayment(this.reservation, paymentId, now);
    if (released === this.reservation) return;
    await this.save(released);
    const { scheduleId, status } = released;
    if (status === "expired") await this.tx.concerts.count([{ scheduleId, held: -1, reserved: 0 }]);
  }

  private async save(reservation: Reservation): Promise<void> {
    this.reservation = reservation;
    await this.tx.reservations.save([reservation]);
  }
}
