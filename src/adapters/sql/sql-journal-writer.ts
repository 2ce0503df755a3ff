import type { ConsumerGroup } from "../../application/choreography.js";
import { Gatherer } from "../../application/gatherer.js";
import type { Timers } from "../../application/ports/timers.js";
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

const rowsPerInsert = 500;

/** Writes published events as rows of the journal: concurrent calls share one transaction, in order. */
export class SqlJournalWriter {
  private readonly gatherer: Gatherer<"journal", readonly Row[], void>;

  constructor(db: Database, timers: Timers, timeoutMs: number) {
    this.gatherer = new Gatherer({
      bounds: { batchSize: rowsPerInsert, inFlight: 1, capacity: 10_000, timeoutMs },
      timers,
      sizeOf: (rows) => rows.length,
      unavailable: (reason) => new DomainError({ code: "engine-unavailable", engine: "database" }, reason),
      work: async (_, entries) => {
        const rows = entries.flatMap(({ item }) => item);
        await transact(db, async (trx) => {
          for (let from = 0; from < rows.length; from += rowsPerInsert)
            await trx("deliveries")
              .insert(rows.slice(from, from + rowsPerInsert))
              .onConflict(["consumer_group", "event_id"])
              .ignore();
        });
        for (const entry of entries) entry.resolve();
      },
    });
  }

  /**
   * Resolves once the rows are committed.
   * @throws DomainError `engine-unavailable` if the database is unreachable or too slow, or 10,000 rows are waiting
   */
  async write(
    events: readonly DomainEvent[],
    groupsOf: (event: DomainEvent) => readonly ConsumerGroup[],
  ): Promise<void> {
    const now = Date.now();
    const rows = events.flatMap((event) => groupsOf(event).map((group) => rowOf(event, group, now)));
    if (rows.length > 0) await this.gatherer.add("journal", rows);
  }

  /** Resolves when everything that was passed to `write` is written or has failed. */
  async stop(): Promise<void> {
    await this.gatherer.drain();
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
