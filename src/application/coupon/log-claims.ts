import type { EventOf } from "../../domain/event.js";
import { fromInstant } from "../../domain/time.js";
import type { Reaction } from "../choreography.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Writes the position and outcome of every settled claim to the ranking log, one insert per batch. */
export class LogClaims implements Reaction<"coupon.issued" | "coupon.failed"> {
  private readonly work: UnitOfWork;

  constructor(work: UnitOfWork) {
    this.work = work;
  }

  async execute(events: readonly EventOf<"coupon.issued" | "coupon.failed">[]): Promise<void> {
    await this.work.run((tx) =>
      tx.rankingLog.add(
        events.map(({ type, at, data }) => ({
          taskId: data.taskId,
          userId: data.userId,
          couponId: data.couponId,
          position: data.position,
          retryCount: data.retryCount,
          at: fromInstant(at),
          ...(type === "coupon.issued" ? { status: "ISSUED" } : { status: "FAILED", reason: data.reason }),
        })),
      ),
    );
  }
}
