import { attemptBatch, throwFirst } from "../../application/attempt-batch.js";
import { type ConsumerGroup, consumerGroups } from "../../application/choreography.js";
import type { Clock } from "../../application/ports/clock.js";
import type { DeadLetter } from "../../application/ports/dead-letters.js";
import { isResourceBusy } from "../../domain/problem.js";
import { type Database, read, transact } from "./database.js";
import { SqlDeadLetters } from "./sql-dead-letters.js";
import { changeRows } from "./statements.js";

export type JournalRow = {
  readonly id: number;
  readonly event_key: string;
  readonly type: string;
  readonly payload: string;
  readonly attempts: number;
};
/** A row that is done, with its dead letter if it was parked, or the time of its next try. */
export type JournalChange = { readonly id: number } & (
  | { readonly letter: DeadLetter | null }
  | { readonly attempts: number; readonly dueAt: number }
);
/** Postponed rows that are due. `nextDueAt`: when the next one is due, if none is; `null` if none is postponed. */
export type PostponedRows = { readonly rows: readonly JournalRow[]; readonly nextDueAt: number | null };

const batchSize = 500;
const columns = ["id", "event_key", "type", "payload", "attempts"];

/** One group's rows of the journal. A postponed row has the time of its next try as `due_at`, any other row has 0. */
export class SqlJournalRows {
  private readonly group: ConsumerGroup;
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(group: ConsumerGroup, db: Database, clock: Clock) {
    this.group = group;
    this.db = db;
    this.clock = clock;
  }

  /**
   * Reads the oldest rows that were not tried yet.
   * @param withoutPostponed leaves out the keys that have a postponed row, whose later rows must wait for it
   */
  fresh(withoutPostponed: boolean): Promise<readonly JournalRow[]> {
    const rows = this.ofGroup().where("due_at", 0).orderBy("id").limit(batchSize).select(columns);
    if (withoutPostponed)
      rows.whereNotIn("event_key", this.ofGroup().where("due_at", ">", 0).select("event_key").distinct());
    return read(rows);
  }

  /** Reads rows of the keys whose postponed rows are all due, at most `limit` keys, those that are due first. */
  async postponed(limit: number): Promise<PostponedRows> {
    const keys = await read<readonly { readonly event_key: string; readonly due: number | string }[]>(
      this.ofGroup()
        .where("due_at", ">", 0)
        .groupBy("event_key")
        .select("event_key")
        .max({ due: "due_at" })
        .orderBy("due")
        .limit(limit),
    );
    const now = this.clock.now();
    const due = keys.filter((key) => Number(key.due) <= now).map(({ event_key }) => event_key);
    if (due.length === 0) return { rows: [], nextDueAt: keys[0] === undefined ? null : Number(keys[0].due) };
    const rows = this.ofGroup().whereIn("event_key", due).orderBy("id").limit(batchSize).select(columns);
    return { rows: await read(rows), nextDueAt: 0 };
  }

  /** Returns which of these keys have rows; `null` if the group has no rows at all. */
  async keysWithRows(keys: readonly string[]): Promise<ReadonlySet<string> | null> {
    const found = await read<readonly { readonly event_key: string }[]>(
      this.ofGroup().whereIn("event_key", keys).distinct("event_key"),
    );
    if (found.length === 0 && (await read(this.ofGroup().first("id"))) === undefined) return null;
    return new Set(found.map(({ event_key }) => event_key));
  }

  /** Records what happened to rows. Returns those that another session has locked: they are still to do. */
  async record(changes: readonly JournalChange[]): Promise<readonly number[]> {
    const failed = await attemptBatch(changes, (part) => this.recordTogether(part));
    throwFirst(failed.filter(({ error }) => !isResourceBusy(error)));
    return failed.map(({ item }) => item.id);
  }

  private recordTogether(changes: readonly JournalChange[]): Promise<void> {
    const deleted = changes.flatMap((change) => ("letter" in change ? change.id : []));
    const letters = changes.flatMap((change) => ("letter" in change ? (change.letter ?? []) : []));
    // Rows that wait for the same lock have the same values, so they share a statement.
    const retries = new Map<string, { readonly values: readonly [number, number]; readonly ids: number[] }>();
    for (const change of changes) {
      if ("letter" in change) continue;
      const { id, attempts, dueAt } = change;
      const same = retries.get(`${attempts} ${dueAt}`);
      if (same === undefined) retries.set(`${attempts} ${dueAt}`, { values: [attempts, dueAt], ids: [id] });
      else same.ids.push(id);
    }
    return transact(this.db, async (trx) => {
      await new SqlDeadLetters(this.db, this.clock).parkIn(trx, letters);
      await changeRows(trx, "DELETE FROM deliveries WHERE id IN (?)", [deleted]);
      for (const { values, ids } of retries.values())
        await changeRows(trx, "UPDATE deliveries SET attempts = ?, due_at = ? WHERE id IN (?)", [...values, ids]);
    });
  }

  private ofGroup() {
    return this.db.knex("deliveries").where("consumer_group", this.group);
  }
}

/** Returns how many events each group has postponed. */
export const countPostponed = async ({ knex }: Database): Promise<ReadonlyMap<string, number>> => {
  const rows = await read<readonly { readonly consumer_group: string; readonly postponed: number | string }[]>(
    knex("deliveries")
      .where("due_at", ">", 0)
      .groupBy("consumer_group")
      .select("consumer_group")
      .count({ postponed: "*" }),
  );
  const counts = new Map<string, number>(consumerGroups.map((group) => [group, 0]));
  for (const { consumer_group, postponed } of rows) counts.set(consumer_group, Number(postponed));
  return counts;
};
