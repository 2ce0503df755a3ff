import type { Choreography, ConsumerGroup } from "../../application/choreography.js";
import { consumeBatch, type Delivery } from "../../application/consume-batch.js";
import { oneLine } from "../../application/dead-letter/dead-letter-of.js";
import type { Clock } from "../../application/ports/clock.js";
import type { JobLease } from "../../application/ports/job-lease.js";
import type { Timers } from "../../application/ports/timers.js";
import { type Backoff, RetryLoop } from "../../application/retry.js";
import { parseEvent } from "../../domain/decode-event.js";
import { isTransient, unavailableBackend } from "../../domain/problem.js";
import type { Database } from "./database.js";
import { type JournalChange, type JournalRow, SqlJournalRows } from "./sql-journal-rows.js";

type RowDelivery = Delivery & { readonly id: number };

const leaseMs = 10_000;
const renewMs = leaseMs / 3;
/** Keys of postponed rows per batch. A batch doubles as long as none of it has to wait again. */
const [fewKeys, manyKeys] = [32, 512];
/** Pause after a batch of which some rows have to wait, ms. */
const waitingPauseMs = 100;
/** How long rows of a key are left alone after another session had locked one of them, ms. */
const lockedRowMs = 500;
/** How often to look for postponed rows that another node has written, ms. */
const postponedCheckMs = 5000;

/** How many rows of a batch were recorded, and how many have to wait. */
type Consumption = { readonly recorded: number; readonly waiting: number };
const nothing: Consumption = { recorded: 0, waiting: 0 };

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
  private readonly rows: SqlJournalRows;
  private renewAt = 0;
  private keysPerBatch = fewKeys;
  /** When the next postponed row may be due; `null` if there is none as far as this worker knows. */
  private nextDueAt: number | null = 0;
  private checkAt = 0;
  private readonly lockedKeys = new Map<string, number>();
  private lastFault: string | undefined;

  constructor(group: ConsumerGroup, journal: Journal, choreography: Choreography) {
    this.group = group;
    this.journal = journal;
    this.choreography = choreography;
    this.job = `journal:${group}`;
    this.rows = new SqlJournalRows(group, journal.db, journal.clock);
    this.loop = new RetryLoop({
      timers: journal.timers,
      backoff: journal.backoff,
      round: () => this.round(),
      onFailure: (error) => {
        // A missing table is the only state of the database that does not pass by itself.
        const isMissing = unavailableBackend(error)?.fault === "schema-missing";
        if (isMissing || !isTransient(error)) this.lastFault = `${group}: ${oneLine(error)}`;
        // Some rows may have been postponed before the error, or by another node since.
        this.nextDueAt ??= 0;
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

  /** One batch of new rows and a small one of postponed rows, so that neither delays the other. */
  private async round(): Promise<number> {
    const { pollMs } = this.journal;
    if (!(await this.holdsLease())) {
      // The holder of the lease delivers, and may postpone rows.
      this.lastFault = undefined;
      this.nextDueAt = 0;
      return pollMs;
    }
    const fresh = await this.consume(await this.rows.fresh(this.nextDueAt !== null));
    const postponed = await this.consumePostponed(fresh.recorded === 0);
    this.lastFault = undefined;
    if (fresh.recorded > 0) return 0;
    const untilDue = (this.nextDueAt ?? Number.POSITIVE_INFINITY) - this.journal.clock.now();
    const leastMs = fresh.waiting + postponed.waiting > 0 ? waitingPauseMs : 0;
    return Math.max(leastMs, Math.min(pollMs, untilDue));
  }

  private async consumePostponed(isIdle: boolean): Promise<Consumption> {
    const now = this.journal.clock.now();
    const isDue = this.nextDueAt !== null && this.nextDueAt <= now;
    if (!isDue && !isIdle && now < this.checkAt) return nothing;
    this.checkAt = now + postponedCheckMs;
    const { rows, nextDueAt } = await this.rows.postponed(this.keysPerBatch);
    this.nextDueAt = nextDueAt;
    const consumption = await this.consume(rows);
    this.keysPerBatch = consumption.waiting > 0 ? fewKeys : Math.min(2 * this.keysPerBatch, manyKeys);
    return consumption;
  }

  private async holdsLease(): Promise<boolean> {
    // Not the time of day: it may be set back.
    const now = performance.now();
    if (now < this.renewAt) return true;
    const held = await this.journal.lease.acquire(this.job, leaseMs);
    // After a pause that is longer than the lease, another node may have postponed rows.
    if (held && now > this.renewAt - renewMs + leaseMs) this.nextDueAt ??= 0;
    this.renewAt = held ? now + renewMs : 0;
    return held;
  }

  private async consume(read: readonly JournalRow[]): Promise<Consumption> {
    const rows = read.filter(({ event_key }) => (this.lockedKeys.get(event_key) ?? 0) < this.journal.clock.now());
    if (rows.length === 0) return { recorded: 0, waiting: read.length };
    const { group, choreography } = this;
    const { lease, backoff } = this.journal;
    const deliveries: RowDelivery[] = [];
    const undecodable: JournalChange[] = [];
    for (const { id, type, payload, attempts } of rows) {
      const decoded = parseEvent(payload);
      if ("event" in decoded) deliveries.push({ id, event: decoded.event, tries: attempts });
      else undecodable.push({ id, letter: { type, group, error: decoded.undecodable, attempts: 0, event: payload } });
    }
    // A batch may take longer than the lease.
    const renewal = setInterval(() => void lease.acquire(this.job, leaseMs).catch(() => {}), renewMs);
    const consuming = consumeBatch({ group, choreography, backoff }, deliveries);
    const { done, parked, retries, unavailable } = await consuming.finally(() => clearInterval(renewal));
    const now = this.journal.clock.now();
    const changes: readonly JournalChange[] = [
      ...undecodable,
      ...done.map(({ id }) => ({ id, letter: null })),
      ...parked.map(({ item: { id }, letter }) => ({ id, letter })),
      ...retries.map(({ item: { id }, tries, waitMs }) => ({ id, attempts: tries, dueAt: now + Math.ceil(waitMs) })),
    ];
    if (retries.length > 0) this.nextDueAt ??= now;
    const locked = new Set(await this.rows.record(changes));
    for (const [key, until] of this.lockedKeys) if (until < now) this.lockedKeys.delete(key);
    for (const { id, event_key } of rows) if (locked.has(id)) this.lockedKeys.set(event_key, now + lockedRowMs);
    if (unavailable !== undefined) throw unavailable;
    return { recorded: changes.length - locked.size, waiting: retries.length + locked.size };
  }
}
