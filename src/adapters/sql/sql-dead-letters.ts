import { createHash } from "node:crypto";
import type { Clock } from "../../application/ports/clock.js";
import type { DeadLetterQueries, ParkedLetter } from "../../application/ports/dead-letter-queries.js";
import type { DeadLetter, DeadLetters } from "../../application/ports/dead-letters.js";
import type { Page } from "../../application/ports/page.js";
import type { DeadLetterTable } from "../../application/ports/transaction.js";
import type { EpochMs } from "../../domain/time.js";
import { type List, readPage } from "./cursor.js";
import { type Database, transact } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** Returns the event's id, or a digest of the text if it has none: so the same letter is always the same row. */
const idOf = ({ event }: DeadLetter): string => {
  try {
    const { id } = JSON.parse(event);
    if (typeof id === "string" && id !== "" && id.length <= 160) return id;
  } catch {
    // Not JSON.
  }
  return `sha256:${createHash("sha256").update(event).digest("hex")}`;
};

const columns = ["event_id", "type", "consumer_group", "error", "attempts", "event", "parked_at", "replayed_at"];

const valuesOf = (letter: DeadLetter, parkedAt: EpochMs): readonly (string | number | null)[] => [
  idOf(letter),
  letter.type.slice(0, 64),
  letter.group,
  letter.error.slice(0, 500),
  letter.attempts,
  // SQLite's driver reads text only up to the first NUL. JSON contains none.
  letter.event.replaceAll("\0", "\uFFFD"),
  parkedAt,
  null,
];

/** Stores parked events as rows, one per group and event. */
export class SqlDeadLetters implements DeadLetters {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  async park(letters: readonly DeadLetter[]): Promise<void> {
    await transact(this.db, (trx) => this.parkIn(trx, letters));
  }

  /** Parks events within a transaction of the caller. */
  async parkIn(trx: Statements, letters: readonly DeadLetter[]): Promise<void> {
    const parkedAt = this.clock.now();
    // The same letter may be in a batch twice, and not every database writes a row twice in one statement.
    for (const letter of letters)
      await insertRows(trx, "dead_letters", columns, [valuesOf(letter, parkedAt)], {
        unique: "consumer_group, event_id",
        overwrite: ["error", "attempts", "parked_at", "replayed_at"],
      });
  }

  /** Returns how many letters were not replayed. */
  async waiting(): Promise<number> {
    const sql = "SELECT COUNT(*) AS n FROM dead_letters WHERE replayed_at IS NULL";
    const [count] = await transact(this.db, (trx) => selectRows<{ n: number }>(trx, sql, []));
    return Number(count?.n);
  }
}

type LetterRecord = {
  readonly id: number;
  readonly type: string;
  readonly consumer_group: ParkedLetter["group"];
  readonly error: string;
  readonly attempts: number;
  readonly event: string;
  readonly parked_at: EpochMs;
};

const deadLetters: List = { name: "dead-letters", order: { id: "number" } };

/** Parked events, for operators. */
export class SqlDeadLetterQueries implements DeadLetterQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  list(cursor: string | null, limit: number): Promise<Page<ParkedLetter> | undefined> {
    const rows = this.db.knex("dead_letters").whereNull("replayed_at");
    return readPage<LetterRecord, ParkedLetter>(rows, deadLetters, cursor, limit, (row) => ({
      id: String(row.id),
      type: row.type,
      group: row.consumer_group,
      error: row.error,
      attempts: row.attempts,
      event: row.event,
      at: row.parked_at,
    }));
  }
}

/** Parked events, in one transaction. */
export class SqlDeadLetterTable implements DeadLetterTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async lock(deadLetterId: string): Promise<{ event: string; replayed: boolean } | undefined> {
    const id = Number(deadLetterId);
    if (!Number.isSafeInteger(id) || String(id) !== deadLetterId) return undefined;
    const [row] = await lockRows<Pick<LetterRecord, "event"> & { readonly replayed_at: EpochMs | null }>(
      this.trx,
      "SELECT event, replayed_at FROM dead_letters WHERE id = ?",
      [id],
    );
    return row && { event: row.event, replayed: row.replayed_at !== null };
  }

  async markReplayed(deadLetterId: string, at: EpochMs): Promise<void> {
    await changeRows(this.trx, "UPDATE dead_letters SET replayed_at = ? WHERE id = ?", [at, Number(deadLetterId)]);
  }

  async delete(deadLetterId: string): Promise<void> {
    await changeRows(this.trx, "DELETE FROM dead_letters WHERE id = ?", [Number(deadLetterId)]);
  }
}
