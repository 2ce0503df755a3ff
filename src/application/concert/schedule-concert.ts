import { type Concert, type Schedule, sameSchedule } from "../../domain/concert.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Adds concerts and their schedules, once an id. */
export class ScheduleConcert {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /** Whether the concert is new. @throws DomainError `id-taken` where another has the id */
  concert(concert: Concert): Promise<{ readonly created: boolean }> {
    return this.work.run(async (tx) => {
      if (await tx.concerts.add(concert, this.clock.now())) return { created: true };
      const standing = await tx.concerts.find(concert.concertId);
      if (standing?.title !== concert.title) throw new DomainError({ code: "id-taken", id: concert.concertId });
      return { created: false };
    });
  }

  /** Whether the schedule is new. @throws DomainError `concert-not-found`; `id-taken` where another has the id */
  schedule(schedule: Schedule): Promise<{ readonly created: boolean }> {
    const { concertId, scheduleId } = schedule;
    return this.work.run(async (tx) => {
      if ((await tx.concerts.find(concertId)) === undefined)
        throw new DomainError({ code: "concert-not-found", concertId });
      if (await tx.concerts.addSchedule(schedule, this.clock.now())) return { created: true };
      const standing = await tx.concerts.findSchedule(scheduleId);
      if (standing === undefined || !sameSchedule(standing, schedule))
        throw new DomainError({ code: "id-taken", id: scheduleId });
      return { created: false };
    });
  }
}
