import { after, dayMs } from "../../domain/time.js";
import { attemptEach, throwFirst } from "../attempt-batch.js";
import type { Clock } from "../ports/clock.js";
import type { OldRows, RowRetention } from "../ports/row-retention.js";

/** How many days each kind of row is kept. Other rows are kept forever or expire by themselves (docs/operations.md). */
export const keptDays: Readonly<Record<OldRows, number>> = {
  "ranking-logs": 90,
  "replayed-dead-letters": 30,
  "expired-holds": 30,
  "day-drifts": 400,
  // A day longer than events are accepted, so that no difference of clocks sends one twice.
  "webhook-deliveries": 31,
  "deleted-webhooks": 0,
};

const pageSize = 500;
/** Pages per kind and run. The next run deletes the rest, so that no run takes long. */
const maxPages = 40;

/** Deletes old rows page by page, so that no request waits long for a lock. */
export class PurgeRows {
  private readonly retention: RowRetention;
  private readonly clock: Clock;

  constructor(retention: RowRetention, clock: Clock) {
    this.retention = retention;
    this.clock = clock;
  }

  /** Returns how many rows of each kind were deleted. @throws the first error of a kind, after all others */
  async execute(): Promise<ReadonlyMap<OldRows, number>> {
    const deletedRows = new Map<OldRows, number>();
    const failed = await attemptEach(Object.keys(keptDays) as OldRows[], async (kind) => {
      const before = after(this.clock.now(), -keptDays[kind] * dayMs);
      // A page that is not full may have left out locked rows, so only an empty one is the last.
      for (let page = 0, deleted = pageSize; page < maxPages && deleted > 0; page += 1) {
        deleted = await this.retention.delete(kind, before, pageSize);
        deletedRows.set(kind, (deletedRows.get(kind) ?? 0) + deleted);
      }
    });
    throwFirst(failed);
    return deletedRows;
  }
}
