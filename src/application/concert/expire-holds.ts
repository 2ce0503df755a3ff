import { expireHold, type Reservation } from "../../domain/concert.js";
import type { ScheduleId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { ConcertQueries } from "../ports/concert-queries.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { processDue } from "../process-due.js";

/** Expires those of the locked reservations that are expired holds, and frees their seats. Returns how many were. */
export const expireLocked = async (tx: Transaction, locked: readonly Reservation[], now: EpochMs): Promise<number> => {
  const expired = locked.flatMap((before) => {
    const after = expireHold(before, now);
    return after === before ? [] : [after];
  });
  if (expired.length === 0) return 0;
  await tx.reservations.save(expired);
  const freed = new Map<ScheduleId, number>();
  for (const { scheduleId } of expired) freed.set(scheduleId, (freed.get(scheduleId) ?? 0) + 1);
  await tx.concerts.count([...freed].map(([scheduleId, count]) => ({ scheduleId, held: -count, reserved: 0 })));
  return expired.length;
};

/** Expires holds that are past their expiry without an open payment. Their seats count as free before, too. */
export class ExpireHolds {
  private readonly concerts: ConcertQueries;
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(concerts: ConcertQueries, work: UnitOfWork, clock: Clock) {
    this.concerts = concerts;
    this.work = work;
    this.clock = clock;
  }

  /** Returns how many holds it has expired. @throws the first error of a hold that failed, after all others */
  execute(): Promise<number> {
    return processDue(
      (limit, skip) => this.concerts.expiredHolds(this.clock.now(), limit, skip),
      (batch) => this.work.run(async (tx) => expireLocked(tx, await tx.reservations.lock(batch), this.clock.now())),
    );
  }
}
