import type { Operator } from "../../domain/admin-log.js";
import { parseEvent } from "../../domain/decode-event.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Publishes a parked event again, to every group that reacts to it: every reaction is safe to repeat. */
export class ReplayDeadLetter {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /** @throws DomainError `dead-letter-not-found`, `dead-letter-replayed`, `dead-letter-undecodable` */
  execute(deadLetterId: string, operator: Operator): Promise<void> {
    return this.work.run(async (tx) => {
      const letter = await tx.deadLetters.lock(deadLetterId);
      if (letter === undefined) throw new DomainError({ code: "dead-letter-not-found", deadLetterId });
      if (letter.replayed) throw new DomainError({ code: "dead-letter-replayed", deadLetterId });
      const decoded = parseEvent(letter.event);
      if (!("event" in decoded)) throw new DomainError({ code: "dead-letter-undecodable", deadLetterId });
      const now = this.clock.now();
      await tx.deadLetters.markReplayed(deadLetterId, now);
      await tx.adminLog.add(operator, "dead-letter.replayed", deadLetterId, now);
      await tx.outbox.add([decoded.event]);
    });
  }
}
