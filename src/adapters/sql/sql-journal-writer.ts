import { attemptBatch } from "../../application/attempt-batch.js";
import type { ConsumerGroup } from "../../application/choreography.js";
import { Gatherer } from "../../application/gatherer.js";
import type { Clock } from "../../application/ports/clock.js";
import type { PostponedEvent } from "../../application/ports/postponed-events.js";
import type { Timers } from "../../application/ports/timers.js";
import { type DomainEvent, keyOf } from "../../domain/event.js";
import { backendUnavailable } from "../../domain/problem.js";
import { type Database, transact } from "./database.js";
import { insertRows, rowsPerStatement } from "./insert-rows.js";

/** The values of a row of `deliveries`, in the order of `columns`. */
type Row = readonly (string | number)[];

const columns = ["consumer_group", "event_id", "type", "event_key", "payload", "attempts", "due_at", "created_at"];
/** A group receives an event once, so a row that exists does not change. */
const oncePerGroup = { unique: "consumer_group, event_id" };

/** Writes published events as rows of the journal: concurrent calls share one transaction, in order. */
export class SqlJournalWriter {
  private readonly clock: Clock;
  private readonly gatherer: Gatherer<"journal", readonly Row[], void>;

  constructor(db: Database, clock: Clock, timers: Timers, timeoutMs: number) {
    this.clock = clock;
    this.gatherer = new Gatherer({
      bounds: { batchSize: rowsPerStatement, inFlight: 1, capacity: 10_000, timeoutMs },
      timers,
      sizeOf: (rows) => rows.length,
      unavailable: (reason) => backendUnavailable("database", "slow", reason),
      work: async (_, entries) => {
        const failed = await attemptBatch(entries, async (part) => {
          const rows = part.flatMap(({ item }) => item);
          await transact(db, (trx) => insertRows(trx, "deliveries", columns, rows, oncePerGroup));
          for (const entry of part) entry.resolve();
        });
        for (const { item, error } of failed) item.reject(error);
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
    const now = this.clock.now();
    const rows = events.flatMap((event) => groupsOf(event).map((group) => rowOf(event, group, now)));
    if (rows.length > 0) await this.gatherer.add("journal", rows);
  }

  /** Writes events that a group processes later. Otherwise as `write`. */
  async postpone(group: ConsumerGroup, events: readonly PostponedEvent[]): Promise<void> {
    const now = this.clock.now();
    const rows = events.map(({ event, tries, waitMs }) => rowOf(event, group, now, tries, now + Math.ceil(waitMs)));
    if (rows.length > 0) await this.gatherer.add("journal", rows);
  }

  /** Resolves when everything that was passed to `write` is written or has failed. */
  async stop(): Promise<void> {
    await this.gatherer.drain();
  }
}

const rowOf = (event: DomainEvent, group: ConsumerGroup, now: number, attempts = 0, dueAt = 0): Row => [
  group,
  event.id,
  event.type,
  keyOf(event),
  JSON.stringify(event),
  attempts,
  dueAt,
  now,
];
