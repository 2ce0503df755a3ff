import { setTimeout as sleep } from "node:timers/promises";
import type { Backoff } from "../../application/backoff.js";
import type { Choreography, ConsumerGroup } from "../../application/choreography.js";
import { deadLetterOf, oneLine } from "../../application/dead-letter-of.js";
import { deliverBatch, maxTries } from "../../application/deliver-batch.js";
import type { Clock } from "../../application/ports/clock.js";
import type { DeadLetter } from "../../application/ports/dead-letters.js";
import type { JobLease } from "../../application/ports/job-lease.js";
import { parseEvent } from "../../domain/decode-event.js";
import type { DomainEvent } from "../../domain/event.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import { type Database, read, transact } from "./database.js";
import { SqlDeadLetters } from "./sql-dead-letters.js";

type Row = { readonly id: number; readonly type: string; readonly payload: string; readonly attempts: number };
type Delivery = { readonly row: Row; readonly event: DomainEvent };

const sliceSize = 500;
const leaseMs = 10_000;
const renewMs = leaseMs / 3;

export type Journal = {
  readonly db: Database;
  readonly lease: JobLease;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** How often to look for what other nodes wrote, ms. */
  readonly pollMs: number;
};

/** Brings one group its rows, in order; a lease lets one worker at a time do so, whatever the number of nodes. */
export class SqlJournalWorker {
  private readonly group: ConsumerGroup;
  private readonly journal: Journal;
  private readonly choreography: Choreography;
  private readonly job: string;
  private readonly stopping = new AbortController();
  private renewAt = 0;
  private nextDueAt = 0;
  private poked = false;
  private wake = () => {};
  private lastTrouble: string | undefined;
  private running: Promise<void> | undefined;

  constructor(group: ConsumerGroup, journal: Journal, choreography: Choreography) {
    this.group = group;
    this.journal = journal;
    this.choreography = choreography;
    this.job = `journal:${group}`;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Asks to look now: rows of this group have been committed. */
  poke(): void {
    this.poked = true;
    this.wake();
  }

  /** Resolves when the slice at work is done and the lease let go. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  /** Why it delivers nothing, where no engine is to blame. */
  get trouble(): string | undefined {
    return this.lastTrouble;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { lease, backoff } = this.journal;
    for (let failures = 0; !signal.aborted; ) {
      try {
        this.poked = false;
        const rows = (await this.holdsLease()) ? await this.due() : [];
        if (rows.length > 0) await this.take(rows);
        failures = 0;
        this.lastTrouble = undefined;
        if (rows.length === 0) await this.rest();
      } catch (error) {
        if (!isBackendUnavailable(error)) this.lastTrouble = `${this.group}: ${oneLine(error)}`;
        failures += 1;
        await sleep(backoff(failures), undefined, { signal }).catch(() => {});
      }
    }
    if (this.renewAt > 0) await lease.release(this.job).catch(() => {});
  }

  private async holdsLease(): Promise<boolean> {
    const now = Date.now();
    if (now < this.renewAt) return true;
    const held = await this.journal.lease.acquire(this.job, leaseMs);
    this.renewAt = held ? now + renewMs : 0;
    return held;
  }

  /** The oldest that are due; one that waits for its next try holds back its own key. */
  private due(): Promise<readonly Row[]> {
    const { knex } = this.journal.db;
    const now = Date.now();
    const mine = () => knex("deliveries").where("consumer_group", this.group);
    return read<Row[]>(
      mine()
        .where("due_at", "<=", now)
        .whereNotIn("event_key", mine().where("due_at", ">", now).select("event_key"))
        .orderBy("id")
        .limit(sliceSize)
        .select("id", "type", "payload", "attempts"),
    );
  }

  /** Until a poke, the next row that is due, or the next look. */
  private async rest(): Promise<void> {
    if (this.poked || this.stopping.signal.aborted) return;
    const untilDue = this.nextDueAt - Date.now();
    const waitMs = untilDue > 0 ? Math.min(untilDue, this.journal.pollMs) : this.journal.pollMs;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, waitMs);
    });
    clearTimeout(timer);
  }

  private async take(rows: readonly Row[]): Promise<void> {
    const letters: DeadLetter[] = [];
    const gone: number[] = [];
    const deliveries: Delivery[] = [];
    for (const row of rows) {
      const decoded = parseEvent(row.payload);
      if ("event" in decoded) deliveries.push({ row, event: decoded.event });
      else {
        const { type, payload } = row;
        letters.push({ type, group: this.group, error: decoded.undecodable, attempts: 0, event: payload });
        gone.push(row.id);
      }
    }
    // A slice may take longer than the lease.
    const renewal = setInterval(() => {
      this.journal.lease.acquire(this.job, leaseMs).catch(() => {});
    }, renewMs);
    const { done, failed, unavailable } = await deliverBatch(this.choreography, this.group, deliveries).finally(() =>
      clearInterval(renewal),
    );
    gone.push(...done.map(({ row }) => row.id));
    const again: { readonly id: number; readonly attempts: number; readonly due_at: number }[] = [];
    for (const { item, error } of failed) {
      const attempts = item.row.attempts + 1;
      if (attempts >= maxTries) {
        letters.push(deadLetterOf(this.group, item.event, error, attempts));
        gone.push(item.row.id);
      } else {
        const dueAt = Date.now() + Math.ceil(this.journal.backoff(attempts));
        again.push({ id: item.row.id, attempts, due_at: dueAt });
      }
    }
    const { db, clock } = this.journal;
    await transact(db, async (trx) => {
      await new SqlDeadLetters(db, clock).parkIn(trx, letters);
      if (gone.length > 0) await trx("deliveries").whereIn("id", gone).delete();
      for (const { id, ...change } of again) await trx("deliveries").where({ id }).update(change);
    });
    this.nextDueAt = Math.min(...again.map(({ due_at }) => due_at), this.stillDue());
    if (unavailable !== undefined) throw unavailable;
  }

  private stillDue(): number {
    return this.nextDueAt > Date.now() ? this.nextDueAt : Number.POSITIVE_INFINITY;
  }
}
