import type { Clock } from "../../application/ports/clock.js";
import type { OutboxRow, OutboxRows } from "../../application/ports/outbox-rows.js";
import { after, clockErrorMs } from "../../domain/time.js";
import { type Database, transact } from "./database.js";
import { lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** After this time a relay that claimed rows counts as dead. A bus accepts or rejects events within 6.25 s. */
const claimTermMs = 10_000;

/** The outbox for the relay. Rows are found by not being claimed, never by id, because ids commit out of order. */
export class SqlOutboxRows implements OutboxRows {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  claim(limit: number): Promise<readonly OutboxRow[]> {
    return transact(this.db, async (trx) => {
      // Read inside the transaction: a wait for SQLite would shorten the term of the claim.
      const now = this.clock.now();
      const rows = await lockRows<{ id: number; payload: string }>(
        trx,
        // No correct clock dates a claim further ahead than its term.
        "SELECT id, payload FROM outbox WHERE claimed_until < ? OR claimed_until > ? ORDER BY id LIMIT ?",
        [now, after(now, claimTermMs + clockErrorMs), limit],
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

  /** Returns how many events are waiting to be sent. */
  async waiting(): Promise<number> {
    const sql = "SELECT COUNT(*) AS n FROM outbox";
    const [count] = await transact(this.db, (trx) => selectRows<{ n: number }>(trx, sql, []));
    return Number(count?.n);
  }
}

/** The ids are numbers from the database, so they are part of the statement: 500 bindings cost more than the rows. */
const onRows = async (trx: Statements, statement: string, ids: readonly number[]): Promise<void> => {
  if (ids.length > 0) await trx.run(`${statement} WHERE id IN (${ids.map(Number).join(", ")})`);
};
