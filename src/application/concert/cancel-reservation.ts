import { cancelReservation, type Reservation } from "../../domain/concert.js";
import type { ReservationId, UserId } from "../../domain/ids.js";
import { refundPayment } from "../../domain/payment.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Cancels a reservation on behalf of its shopper, and makes the refund of a reserved seat due. */
export class CancelReservation {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /**
   * Returns the cancelled reservation. `SettleOpenPayments` sends the refund until the provider acknowledges it.
   * @throws DomainError `reservation-not-found`, also if the reservation is another shopper's; `reservation-expired`,
   * `payment-in-progress`
   */
  execute(reservationId: ReservationId, userId: UserId): Promise<Reservation> {
    return this.work.run(async (tx) => {
      const [before] = await tx.reservations.lock([reservationId]);
      if (before?.userId !== userId) throw new DomainError({ code: "reservation-not-found", reservationId });
      const cancelled = cancelReservation(before, this.clock.now());
      if (cancelled === before) return before;
      await tx.reservations.save([cancelled]);
      const wasPaid = before.status === "reserved";
      if (wasPaid) {
        const payment = await tx.payments.lock(before.paymentId);
        if (payment === undefined) throw new Error(`the payment of reservation ${reservationId} is missing`);
        await tx.payments.save(refundPayment(payment));
      }
      const { scheduleId } = before;
      await tx.concerts.count([{ scheduleId, held: wasPaid ? 0 : -1, reserved: wasPaid ? -1 : 0 }]);
      return cancelled;
    });
  }
}
