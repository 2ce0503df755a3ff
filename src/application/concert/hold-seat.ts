import { expireHold, isExpiredHold, type Reservation, type Schedule } from "../../domain/concert.js";
import type { ReservationId, ScheduleId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { after, toInstant } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { ConcertQueries } from "../ports/concert-queries.js";
import type { NewId } from "../ports/new-id.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

type Held = { readonly created: boolean; readonly reservation: Reservation };

/** Without a live row that the caller has seen, another shopper's hold was inserted first. */
const seatTaken = (live: Reservation | undefined, scheduleId: ScheduleId, seatNo: number) =>
  new DomainError({ code: "seat-taken", cause: live?.status === "reserved" ? "reserved" : "held", scheduleId, seatNo });

/** Holds a seat for a shopper until it is paid or its time is over: one winner a seat. */
export class HoldSeat {
  private readonly concerts: ConcertQueries;
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly newId: NewId;
  private readonly ttlMs: number;

  /** @param ttlMs how long a seat is held */
  constructor(concerts: ConcertQueries, work: UnitOfWork, clock: Clock, newId: NewId, ttlMs: number) {
    this.concerts = concerts;
    this.work = work;
    this.clock = clock;
    this.newId = newId;
    this.ttlMs = ttlMs;
  }

  /**
   * Answers the hold, and whether it is new; the shopper's own hold on the seat is not.
   * @throws DomainError `schedule-not-found`, `seat-not-found`, `sales-not-open`, `seat-taken`
   */
  async execute(scheduleId: ScheduleId, seatNo: number, userId: UserId): Promise<Held> {
    // In a rush nearly everybody is late: a plain read tells them, and makes no winner wait.
    const earlier = await this.concerts.live(scheduleId, seatNo);
    if (earlier !== undefined && earlier.userId !== userId && !isExpiredHold(earlier, this.clock.now()))
      throw seatTaken(earlier, scheduleId, seatNo);
    const held = await this.work.run((tx) => this.holdIn(tx, scheduleId, seatNo, userId));
    // The hold that was over has ended, in a transaction of its own; whoever comes first now has the seat.
    return held === "freed" ? this.execute(scheduleId, seatNo, userId) : held;
  }

  private async holdIn(tx: Transaction, scheduleId: ScheduleId, seatNo: number, userId: UserId) {
    const now = this.clock.now();
    const schedule = await this.openSchedule(tx, scheduleId, seatNo);
    const live = await tx.reservations.lockLive(scheduleId, seatNo);
    if (live !== undefined && isExpiredHold(live, now)) {
      await tx.reservations.save([expireHold(live, now)]);
      await tx.concerts.count([{ scheduleId, held: -1, reserved: 0 }]);
      return "freed" as const;
    }
    if (live?.status === "held" && live.userId === userId) return { created: false, reservation: live };
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
    if (live !== undefined || !(await tx.reservations.add(reservation))) throw seatTaken(live, scheduleId, seatNo);
    await tx.concerts.count([{ scheduleId, held: 1, reserved: 0 }]);
    return { created: true, reservation };
  }

  private async openSchedule(tx: Transaction, scheduleId: ScheduleId, seatNo: number): Promise<Schedule> {
    const schedule = await tx.concerts.findSchedule(scheduleId);
    if (schedule === undefined) throw new DomainError({ code: "schedule-not-found", scheduleId });
    if (seatNo > schedule.seats)
      throw new DomainError({ code: "seat-not-found", scheduleId, seatNo, seats: schedule.seats });
    if (this.clock.now() < schedule.salesOpenAt)
      throw new DomainError({ code: "sales-not-open", scheduleId, salesOpenAt: toInstant(schedule.salesOpenAt) });
    return schedule;
  }
}
