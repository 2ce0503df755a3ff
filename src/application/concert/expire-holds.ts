import { expireHold } from "../../domain/concert.js";
import type { ReservationId, ScheduleId } from "../../domain/ids.js";
import type { Clock } from "../ports/clock.js";
import type { ConcertQueries } from "../ports/concert-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { processDue } from "../process-due.js";

/** Tidies holds that are over. They counted as free before, so nothing but the rows' number depends on it. */
export class ExpireHolds {
  private readonly concerts: ConcertQueries;
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(concerts: ConcertQueries, work: UnitOfWork, clock: Clock) {
    this.concerts = concerts;
    this.work = work;
    this.clock = clock;
  }

  /** Answers how many ended by this. @throws the first error of one that could not end, once the others have */
  execute(): Promise<number> {
    return processDue(
      (limit) => this.concerts.overdueHolds(this.clock.now(), limit),
      (batch) => this.expire(batch),
    );
  }

  private expire(reservationIds: readonly ReservationId[]): Promise<number> {
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      const ended = (await tx.reservations.lock(reservationIds)).flatMap((before) => {
        const after = expireHold(before, now);
        return after === before ? [] : [after];
      });
      if (ended.length === 0) return 0;
      await tx.reservations.save(ended);
      const freed = new Map<ScheduleId, number>();
      for (const { scheduleId } of ended) freed.set(scheduleId, (freed.get(scheduleId) ?? 0) + 1);
      await tx.concerts.count([...freed].map(([scheduleId, n]) => ({ scheduleId, held: -n, reserved: 0 })));
      return ended.length;
    });
  }
}
