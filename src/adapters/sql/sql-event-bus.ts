import { type Choreography, type ConsumerGroup, consumerGroups } from "../../application/choreography.js";
import type { Clock } from "../../application/ports/clock.js";
import type { EventBus } from "../../application/ports/event-bus.js";
import type { JobLease } from "../../application/ports/job-lease.js";
import type { PostponedEvent, PostponedEvents } from "../../application/ports/postponed-events.js";
import type { Timers } from "../../application/ports/timers.js";
import { type Backoff, jitteredBackoff } from "../../application/retry.js";
import type { DomainEvent, EventType } from "../../domain/event.js";
import { type Database, pingDatabase, read } from "./database.js";
import { SqlJournalRows } from "./sql-journal-rows.js";
import { type Journal, SqlJournalWorker } from "./sql-journal-worker.js";
import { SqlJournalWriter } from "./sql-journal-writer.js";

export type JournalNeeds = {
  readonly db: Database;
  readonly lease: JobLease;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Must be the same on every node, also on nodes that only publish. */
  readonly groupsOf: (type: EventType) => readonly ConsumerGroup[];
};

/** Times that tests shorten. The defaults are for production. */
export type JournalTuning = {
  readonly backoff?: Backoff;
  readonly pollMs?: number;
  /** After this time `publish` rejects, ms. */
  readonly writeTimeoutMs?: number;
};

/**
 * The journal: events as rows in the database, one per consumer group, deleted once the group has reacted. With another
 * bus it stores only the events that a group has postponed.
 */
export class SqlEventBus implements EventBus, PostponedEvents {
  private readonly journal: Journal;
  private readonly groupsOf: JournalNeeds["groupsOf"];
  private readonly writer: SqlJournalWriter;
  private workers: ReadonlyMap<ConsumerGroup, SqlJournalWorker> = new Map();

  constructor({ groupsOf, ...needs }: JournalNeeds, tuning: JournalTuning = {}) {
    this.groupsOf = groupsOf;
    this.writer = new SqlJournalWriter(needs.db, needs.clock, needs.timers, tuning.writeTimeoutMs ?? 5_000);
    this.journal = {
      ...needs,
      backoff: tuning.backoff ?? jitteredBackoff(100, 5_000, Math.random),
      pollMs: tuning.pollMs ?? 500,
    };
  }

  async start(): Promise<void> {}

  async publish(events: readonly DomainEvent[]): Promise<void> {
    await this.writer.write(events, ({ type }) => this.groupsOf(type));
    for (const group of new Set(events.flatMap(({ type }) => this.groupsOf(type)))) this.workers.get(group)?.wake();
  }

  async postpone(group: ConsumerGroup, events: readonly PostponedEvent[]): Promise<void> {
    await this.writer.postpone(group, events);
    this.workers.get(group)?.wake();
  }

  postponedKeys(group: ConsumerGroup, keys: readonly string[]): Promise<ReadonlySet<string> | null> {
    return new SqlJournalRows(group, this.journal.db, this.journal.clock).keysWithRows(keys);
  }

  async consume(choreography: Choreography): Promise<void> {
    this.workers = new Map(
      consumerGroups.map((group) => [group, new SqlJournalWorker(group, this.journal, choreography)] as const),
    );
    for (const worker of this.workers.values()) worker.start();
  }

  deadConsumers(): readonly string[] {
    return [...this.workers.values()].flatMap(({ fault }) => fault ?? []);
  }

  async stopConsuming(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
  }

  /** Stops consuming and writes what was published. */
  async stop(): Promise<void> {
    await this.stopConsuming();
    await this.writer.stop();
  }

  /** Returns how many rows each group has not processed yet. @throws DomainError `engine-unavailable` */
  async lag(): Promise<readonly { readonly group: ConsumerGroup; readonly lag: number }[]> {
    const { knex } = this.journal.db;
    const rows = await read<readonly { readonly consumer_group: string; readonly lag: number | string }[]>(
      knex("deliveries").groupBy("consumer_group").select("consumer_group").count({ lag: "*" }),
    );
    return consumerGroups.map((group) => ({
      group,
      lag: Number(rows.find((row) => row.consumer_group === group)?.lag ?? 0),
    }));
  }

  /** Resolves if the database answers. @throws DomainError `engine-unavailable` */
  async ping(): Promise<void> {
    await pingDatabase(this.journal.db);
  }
}
