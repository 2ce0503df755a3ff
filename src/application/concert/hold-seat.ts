import { expectOnSale, isExpiredHold, type Reservation } from "../../domain/concert.js";
import type { ReservationId, ScheduleId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { after } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { ConcertQueries } from "../ports/concert-queries.js";
import type { NewId } from "../ports/new-id.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { expireLocked } from "./expire-holds.js";

type HeldResult = { readonly created: boolean; readonly reservation: Reservation };

/** Holds a seat for a shopper until it is paid or its hold expires. One shopper gets the seat. */
export class HoldSeat {
  private readonly concerts: ConcertQueries;
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly newId: NewId;
  private readonly ttlMs: number;

  /** @param ttlMs time from holding a seat to its expiry */
  constructor(concerts: ConcertQueries, work: UnitOfWork, clock: Clock, newId: NewId, ttlMs: number) {
    this.concerts = concerts;
    this.work = work;
    this.clock = clock;
    this.newId = newId;
    this.ttlMs = ttlMs;
  }

  /**
   * Returns the shopper's hold, and whether this call has created it.
   * @throws DomainError `schedule-not-found`, `seat-not-found`, `sales-not-open`, `seat-taken`
   */
  async execute(scheduleId: ScheduleId, seatNo: number, userId: UserId): Promise<HeldResult> {
    for (;;) {
      // Read without a lock: in a rush most shoppers are late, and must not delay the one who gets the seat.
      const live = await this.concerts.live(scheduleId, seatNo);
      if (live === undefined) {
        const reservation = await this.work.run((tx) => this.insert(tx, scheduleId, seatNo, userId));
        // Another request has held the seat since the read, so the seat is read again.
        if (reservation !== undefined) return { created: true, reservation };
      } else if (isExpiredHold(live, this.clock.now())) {
        // A separate transaction: afterwards the first request gets the seat.
        await this.work.run(async (tx) => {
          await expireLocked(tx, await tx.reservations.lock([live.reservationId]), this.clock.now());
        });
      } else if (live.status === "held" && live.userId === userId) {
        return { created: false, reservation: live };
      } else {
        const cause = live.status === "reserved" ? "reserved" : "held";
        throw new DomainError({ code: "seat-taken", cause, scheduleId, seatNo });
      }
    }
  }

  /** Inserts a hold. Returns `undefined` if the seat has a live reservation. */
  private async insert(tx: Transaction, scheduleId: ScheduleId, seatNo: number, userId: UserId) {
    const now = this.clock.now();
    const schedule = await tx.concerts.findSchedule(scheduleId);
    if (schedule === undefined) throw new DomainError({ code: "schedule-not-found", scheduleId });
    expectOnSale(schedule, seatNo, now);
    const reservation: Reservation = {
      reservationId: this.newId() as string as ReservationId,
      scheduleId,
      seatNo,
      userId,
      price: schedule.price,
      expiresAt: after(now, this.ttlMs),
      status: "held",
      openPayment: null,
    };
    if (!(await tx.reservations.add(reservation))) return undefined;
    await tx.concerts.count([{ scheduleId, held: 1, reserved: 0 }]);
    return reservation;
  }
}
