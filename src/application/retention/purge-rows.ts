import { after } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { OldRows, RowRetention } from "../ports/row-retention.js";

const dayMs = 86_400_000;
/** Days that rows are kept; what is not here is kept for ever, or goes by itself (docs/operations.md has the table). */
const keptDays: Readonly<Record<OldRows, number>> = {
  "ranking-logs": 90,
  "replayed-dead-letters": 30,
  "expired-holds": 30,
  "day-drifts": 400,
};

const stepSize = 500;
/** Steps a run of each kind: what is left waits for the next run, so that no run lasts. */
const mostSteps = 40;

/** Deletes what has been kept long enough, in small steps that no request has to wait for. */
export class PurgeRows {
  private readonly retention: RowRetention;
  private readonly clock: Clock;

  constructor(retention: RowRetention, clock: Clock) {
    this.retention = retention;
    this.clock = clock;
  }

  /** Answers how many of each kind went. */
  async execute(): Promise<ReadonlyMap<OldRows, number>> {
    const gone = new Map<OldRows, number>();
    for (const rows of Object.keys(keptDays) as OldRows[]) {
      const before = after(this.clock.now(), -keptDays[rows] * dayMs);
      for (let steps = 0, deleted = stepSize; steps < mostSteps && deleted === stepSize; steps += 1) {
        deleted = await this.retention.delete(rows, before, stepSize);
        gone.set(rows, (gone.get(rows) ?? 0) + deleted);
      }
    }
    return gone;
  }
}
