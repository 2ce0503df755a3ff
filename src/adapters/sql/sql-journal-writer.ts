import type { ConsumerGroup } from "../../application/choreography.js";
import { type DomainEvent, keyOf } from "../../domain/event.js";
import { DomainError } from "../../domain/problem.js";
import { type Database, transact } from "./database.js";

type Row = {
  readonly consumer_group: ConsumerGroup;
  readonly event_id: string;
  readonly type: string;
  readonly event_key: string;
  readonly payload: string;
  readonly attempts: number;
  readonly due_at: number;
  readonly created_at: number;
};
type Entry = { readonly rows: readonly Row[]; readonly settle: (error?: unknown) => void; settled: boolean };

const gatherMs = 2;
const mostGathered = 500;
const mostBuffered = 10_000;

/** Writes published events as rows of the journal, those of 2 ms, or 500, in one insert, one insert at a time. */
export class SqlJournalWriter {
  private readonly db: Database;
  private readonly deadlineMs: number;
  private queue: Entry[] = [];
  /** Rows whose callers still wait. */
  private buffered = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;

  constructor(db: Database, deadlineMs: number) {
    this.db = db;
    this.deadlineMs = deadlineMs;
  }

  /** Resolves once the rows are committed; away, too late or full: `engine-unavailable`. */
  write(events: readonly DomainEvent[], groupsOf: (event: DomainEvent) => readonly ConsumerGroup[]): Promise<void> {
    const now = Date.now();
    const rows = events.flatMap((event) => groupsOf(event).map((group) => rowOf(event, group, now)));
    if (rows.length === 0) return Promise.resolve();
    if (this.buffered + rows.length > mostBuffered) return Promise.reject(unavailable("buffer full"));
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => entry.settle(unavailable("too late")), this.deadlineMs);
      const entry: Entry = {
        rows,
        settled: false,
        settle: (error) => {
          if (entry.settled) return;
          entry.settled = true;
          clearTimeout(late);
          this.buffered -= rows.length;
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.queue.push(entry);
      this.buffered += rows.length;
      if (this.buffered >= mostGathered) this.flush();
      else this.timer ??= setTimeout(() => this.flush(), gatherMs);
    });
  }

  /** Resolves when all that was given is written, or has failed. */
  async stop(): Promise<void> {
    this.flush();
    while (this.buffered > 0 && this.writing !== undefined) await this.writing;
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing ??= this.drain().finally(() => {
      this.writing = undefined;
    });
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const entries: Entry[] = [];
      let count = 0;
      for (let entry = this.queue.shift(); entry !== undefined; entry = this.queue.shift()) {
        if (entry.settled) continue;
        entries.push(entry);
        count += entry.rows.length;
        if (count >= mostGathered) break;
      }
      const rows = entries.flatMap((entry) => entry.rows);
      let failure: unknown;
      try {
        await transact(this.db, async (trx) => {
          for (let from = 0; from < rows.length; from += mostGathered)
            await trx("deliveries")
              .insert(rows.slice(from, from + mostGathered))
              .onConflict(["consumer_group", "event_id"])
              .ignore();
        });
      } catch (error) {
        failure = error;
      }
      for (const entry of entries) entry.settle(failure);
    }
  }
}

const rowOf = (event: DomainEvent, group: ConsumerGroup, now: number): Row => ({
  consumer_group: group,
  event_id: event.id,
  type: event.type,
  event_key: keyOf(event),
  payload: JSON.stringify(event),
  attempts: 0,
  due_at: now,
  created_at: now,
});

const unavailable = (cause: string) => new DomainError({ code: "engine-unavailable", engine: "database" }, cause);
