import type { Choreography, ConsumerGroup } from "../../application/choreography.js";
import { consumeBatch, type Delivery } from "../../application/consume-batch.js";
import { oneLine } from "../../application/dead-letter/dead-letter-of.js";
import type { Clock } from "../../application/ports/clock.js";
import type { DeadLetter } from "../../application/ports/dead-letters.js";
import type { JobLease } from "../../application/ports/job-lease.js";
import type { Timers } from "../../application/ports/timers.js";
import { type Backoff, RetryLoop } from "../../application/retry.js";
import { parseEvent } from "../../domain/decode-event.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import { type Database, read, transact } from "./database.js";
import { SqlDeadLetters } from "./sql-dead-letters.js";
import { changeRows } from "./statements.js";

type Row = { readonly id: number; readonly type: string; readonly payload: string; readonly attempts: number };
type RowDelivery = Delivery & { readonly id: number };
type Retry = { readonly id: number; readonly attempts: number; readonly due_at: number };
/** What a batch changes in the database. */
type Changes = {
  readonly deleted: readonly number[];
  readonly letters: readonly DeadLetter[];
  readonly retries: Retry[];
};

const batchSize = 500;
const leaseMs = 10_000;
const renewMs = leaseMs / 3;

export type Journal = {
  readonly db: Database;
  readonly lease: JobLease;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly backoff: Backoff;
  /** How often to read rows that other nodes have written, ms. */
  readonly pollMs: number;
};

/** Delivers one group's rows, in order. A lease lets one worker at a time do so, however many nodes there are. */
export class SqlJournalWorker {
  private readonly group: ConsumerGroup;
  private readonly journal: Journal;
  private readonly choreography: Choreography;
  private readonly job: string;
  private readonly loop: RetryLoop;
  private renewAt = 0;
  private nextDueAt = 0;
  private lastFault: string | undefined;

  constructor(group: ConsumerGroup, journal: Journal, choreography: Choreography) {
    this.group = group;
    this.journal = journal;
    this.choreography = choreography;
    this.job = `journal:${group}`;
    this.loop = new RetryLoop({
      timers: journal.timers,
      backoff: journal.backoff,
      round: () => this.round(),
      onFailure: (error) => {
        if (!isBackendUnavailable(error)) this.lastFault = `${group}: ${oneLine(error)}`;
      },
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Reads now: rows of this group were committed. */
  wake(): void {
    this.loop.wake();
  }

  /** Resolves when the batch in progress is done and the lease is released. */
  async stop(): Promise<void> {
    await this.loop.stop();
    if (this.renewAt > 0) await this.journal.lease.release(this.job).catch(() => {});
    this.renewAt = 0;
  }

  /** Why the group delivers nothing although every backend answers, if so. */
  get fault(): string | undefined {
    return this.lastFault;
  }

  private async round(): Promise<number> {
    const rows = (await this.holdsLease()) ? await this.due() : [];
    if (rows.length > 0) await this.consume(rows);
    this.lastFault = undefined;
    return rows.length > 0 ? 0 : this.restMs();
  }

  private async holdsLease(): Promise<boolean> {
    const now = Date.now();
    if (now < this.renewAt) return true;
    const held = await this.journal.lease.acquire(this.job, leaseMs);
    this.renewAt = held ? now + renewMs : 0;
    return held;
  }

  /** Reads the oldest rows that are due. An event that waits for its next try holds back its own key. */
  private due(): Promise<readonly Row[]> {
    const { knex } = this.journal.db;
    const now = Date.now();
    const ofGroup = () => knex("deliveries").where("consumer_group", this.group);
    return read<Row[]>(
      ofGroup()
        .where("due_at", "<=", now)
        .whereNotIn("event_key", ofGroup().where("due_at", ">", now).select("event_key"))
        .orderBy("id")
        .limit(batchSize)
        .select("id", "type", "payload", "attempts"),
    );
  }

  /** The time until the next row is due, at most `pollMs`. */
  private restMs(): number {
    const { pollMs } = this.journal;
    const untilDue = this.nextDueAt - Date.now();
    return untilDue > 0 ? Math.min(untilDue, pollMs) : pollMs;
  }

  private async consume(rows: readonly Row[]): Promise<void> {
    const { group, choreography } = this;
    const { lease, backoff } = this.journal;
    const deliveries: RowDelivery[] = [];
    const undecodable: { readonly id: number; readonly letter: DeadLetter }[] = [];
    for (const { id, type, payload, attempts } of rows) {
      const decoded = parseEvent(payload);
      if ("event" in decoded) deliveries.push({ id, event: decoded.event, tries: attempts });
      else undecodable.push({ id, letter: { type, group, error: decoded.undecodable, attempts: 0, event: payload } });
    }
    // A batch may take longer than the lease.
    const renewal = setInterval(() => void lease.acquire(this.job, leaseMs).catch(() => {}), renewMs);
    const consuming = consumeBatch({ group, choreography, backoff }, deliveries);
    const { done, parked, retries, unavailable } = await consuming.finally(() => clearInterval(renewal));
    const now = Date.now();
    await this.record({
      deleted: [...undecodable, ...done, ...parked.map(({ item }) => item)].map(({ id }) => id),
      letters: [...undecodable, ...parked].map(({ letter }) => letter),
      retries: retries.map(({ item, tries, waitMs }) => ({
        id: item.id,
        attempts: tries,
        due_at: now + Math.ceil(waitMs),
      })),
    });
    if (unavailable !== undefined) throw unavailable;
  }

  private async record({ deleted, letters, retries }: Changes): Promise<void> {
    const { db, clock } = this.journal;
    await transact(db, async (trx) => {
      await new SqlDeadLetters(db, clock).parkIn(trx, letters);
      await changeRows(trx, "DELETE FROM deliveries WHERE id IN (?)", [deleted]);
      for (const { id, attempts, due_at } of retries)
        await changeRows(trx, "UPDATE deliveries SET attempts = ?, due_at = ? WHERE id = ?", [attempts, due_at, id]);
    });
    const stillDue = this.nextDueAt > Date.now() ? this.nextDueAt : Number.POSITIVE_INFINITY;
    this.nextDueAt = Math.min(stillDue, ...retries.map(({ due_at }) => due_at));
  }
}
