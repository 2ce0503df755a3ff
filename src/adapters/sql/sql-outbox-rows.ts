import type { Clock } from "../../application/ports/clock.js";
import type { OutboxRow, OutboxRows } from "../../application/ports/outbox-rows.js";
import { after } from "../../domain/time.js";
import { type Database, transact } from "./database.js";

/** After this a relay that claimed rows counts as dead. */
const claimTermMs = 30_000;

/** The relay's side of the outbox: rows are found by not being claimed, never by an id after the last one. */
export class SqlOutboxRows implements OutboxRows {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  claim(limit: number): Promise<readonly OutboxRow[]> {
    const now = this.clock.now();
    return transact(this.db, async (trx) => {
      const free = trx("outbox").select("id", "payload").where("claimed_until", "<", now).orderBy("id").limit(limit);
      const rows = await (this.db.dialect === "mysql" ? free.forUpdate().skipLocked() : free);
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0)
        await trx("outbox")
          .whereIn("id", ids)
          .update({ claimed_until: after(now, claimTermMs) });
      return rows.map(({ id, payload }) => ({ rowId: id, event: JSON.parse(payload) }));
    });
  }

  async markSent(rowIds: readonly number[]): Promise<void> {
    await transact(this.db, (trx) => trx("outbox").whereIn("id", rowIds).delete());
  }

  async release(rowIds: readonly number[]): Promise<void> {
    await transact(this.db, (trx) => trx("outbox").whereIn("id", rowIds).update({ claimed_until: 0 }));
  }

  /** How many events wait to be sent. */
  async waiting(): Promise<number> {
    return transact(this.db, async (trx) => Number((await trx("outbox").count({ n: "*" }))[0]?.n ?? 0));
  }
}
