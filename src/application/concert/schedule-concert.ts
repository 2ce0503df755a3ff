import type { Operator } from "../../domain/admin-log.js";
import { type Concert, type Schedule, sameSchedule } from "../../domain/concert.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Creates concerts and their schedules. A repeated request creates nothing. */
export class ScheduleConcert {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /** Returns whether it has created the concert. @throws DomainError `id-taken` if another concert has the id */
  concert(concert: Concert, operator: Operator): Promise<{ readonly created: boolean }> {
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      if (await tx.concerts.add(concert, now)) {
        await tx.adminLog.add(operator, "concert.created", concert.concertId, now);
        return { created: true };
      }
      const existing = await tx.concerts.find(concert.concertId);
      if (existing?.title !== concert.title) throw new DomainError({ code: "id-taken", id: concert.concertId });
      return { created: false };
    });
  }

  /**
   * Returns whether it has created the schedule.
   * @throws DomainError `concert-not-found`; `id-taken` if another schedule has the id
   */
  schedule(schedule: Schedule, operator: Operator): Promise<{ readonly created: boolean }> {
    const { concertId, scheduleId } = schedule;
    return this.work.run(async (tx) => {
      if ((await tx.concerts.find(concertId)) === undefined)
        throw new DomainError({ code: "concert-not-found", concertId });
      const now = this.clock.now();
      if (await tx.concerts.addSchedule(schedule, now)) {
        await tx.adminLog.add(operator, "schedule.created", scheduleId, now);
        return { created: true };
      }
      const existing = await tx.concerts.findSchedule(scheduleId);
      if (existing === undefined || !sameSchedule(existing, schedule))
        throw new DomainError({ code: "id-taken", id: scheduleId });
      return { created: false };
    });
  }
}
