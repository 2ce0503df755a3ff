import type { Clock } from "../../application/ports/clock.js";
import type { OutboxRow, OutboxRows } from "../../application/ports/outbox-rows.js";
import { after } from "../../domain/time.js";
import { type Database, transact } from "./database.js";
import { lockRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** After this a relay that claimed rows counts as dead; a bus answers, or fails, within five seconds. */
const claimTermMs = 10_000;

/** The relay's side of the outbox: rows are found by not being claimed, never by an id after the last one. */
export class SqlOutboxRows implements OutboxRows {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  claim(limit: number): Promise<readonly OutboxRow[]> {
    return transact(this.db, async (trx) => {
      // Not before: whoever waits for SQLite would claim for a term that is over already.
      const now = this.clock.now();
      const rows = await lockRows<{ id: number; payload: string }>(
        trx,
        "SELECT id, payload FROM outbox WHERE claimed_until < ? ORDER BY id LIMIT ?",
        [now, limit],
        "UPDATE SKIP LOCKED",
      );
      const ids = rows.map(({ id }) => id);
      await onRows(trx, `UPDATE outbox SET claimed_until = ${after(now, claimTermMs)}`, ids);
      return rows.map(({ id, payload }) => ({ rowId: id, event: JSON.parse(payload) }));
    });
  }

  async markSent(rowIds: readonly number[]): Promise<void> {
    await transact(this.db, (trx) => onRows(trx, "DELETE FROM outbox", rowIds));
  }

  async release(rowIds: readonly number[]): Promise<void> {
    await transact(this.db, (trx) => onRows(trx, "UPDATE outbox SET claimed_until = 0", rowIds));
  }

  /** How many events wait to be sent. */
  async waiting(): Promise<number> {
    return transact(this.db, async (trx) => Number((await trx("outbox").count({ n: "*" }))[0]?.n ?? 0));
  }
}

/** Ids are numbers that the database made, so they stand in the statement: 500 bindings cost more than the rows. */
const onRows = async (trx: Statements, statement: string, ids: readonly number[]): Promise<void> => {
  if (ids.length > 0) await trx.run(`${statement} WHERE id IN (${ids.map(Number).join(", ")})`);
};
