import type { Operator } from "../../domain/admin-log.js";
import { DomainError } from "../../domain/problem.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Deletes a parked event, for an operator who knows that it is not needed. */
export class DeleteDeadLetter {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /** @throws DomainError `dead-letter-not-found`; `dead-letter-replayed`, because it is deleted by itself later */
  execute(deadLetterId: string, operator: Operator): Promise<void> {
    return this.work.run(async (tx) => {
      const letter = await tx.deadLetters.lock(deadLetterId);
      if (letter === undefined) throw new DomainError({ code: "dead-letter-not-found", deadLetterId });
      if (letter.replayed) throw new DomainError({ code: "dead-letter-replayed", deadLetterId });
      await tx.deadLetters.delete(deadLetterId);
      await tx.adminLog.add(operator, "dead-letter.deleted", deadLetterId, this.clock.now());
    });
  }
}
