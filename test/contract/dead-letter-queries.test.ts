import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlDeadLetterQueries, SqlDeadLetters, SqlDeadLetterTable } from "../../src/adapters/sql/sql-dead-letters.js";
import { deadLetterOf } from "../../src/application/dead-letter/dead-letter-of.js";
import type { DeadLetterQueries } from "../../src/application/ports/dead-letter-queries.js";
import type { DeadLetter } from "../../src/application/ports/dead-letters.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { createEvent } from "../../src/domain/event.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { claim, manualClock, noon } from "../support/coupon-data.js";
import { later } from "../support/order-data.js";
import { type BuildableStatements, type Meet, withoutLocks, workOn, workWith } from "../support/table-work.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const letter = (position: number, facts: Partial<DeadLetter> = {}): DeadLetter => ({
  ...deadLetterOf("stock", createEvent("coupon.requested", claim("a", position), noon), new Error("no"), 8),
  ...facts,
});
const park = (db: Database, at: number, ...letters: readonly DeadLetter[]) =>
  new SqlDeadLetters(db, manualClock(later(at))).park(letters);
const replay = (work: UnitOfWork, id: string) => work.run((tx) => tx.deadLetters.markReplayed(id, noon));
const idOf = async (db: Database, position: number): Promise<string> => {
  const row = await db.knex("dead_letters").where("event_id", `coupon.requested:a-task-${position}`).first("id");
  return String(row.id);
};

const clauses: Clauses<DeadLetterQueries> = {
  "list parked events completely": async (queries, { db }) => {
    const undecodable = letter(2, {
      event: '{"half',
      type: "unknown",
      group: "settlement",
      attempts: 0,
      error: "o'\\?",
    });
    await park(db, 5, letter(1), undecodable);
    const listed = await queries.list(null, 5);
    expect(listed).toEqual({
      items: [
        { ...letter(1), id: expect.any(String), at: later(5) },
        { ...undecodable, id: expect.any(String), at: later(5) },
      ],
      next: null,
    });
  },

  "page from the oldest on, each letter once, while others are parked and replayed": async (queries, { db }) => {
    await park(db, 0, ...[1, 2, 3, 4, 5, 6].map((position) => letter(position)));
    const first = await queries.list(null, 2);
    expect(first?.items.map(({ event }) => event)).toEqual([letter(1).event, letter(2).event]);
    for (const position of [1, 4]) await replay(workOn(db), await idOf(db, position));
    await park(db, 1, letter(7));
    const rest = await walkPages((cursor) => queries.list(cursor ?? first?.next ?? null, 2));
    expect(rest.map(({ event }) => event)).toEqual([3, 5, 6, 7].map((position) => letter(position).event));
    for (const cursor of [...foreignCursors, (await queries.list(null, 1))?.next?.slice(1) ?? ""])
      expect(await queries.list(cursor, 2)).toBeUndefined();
  },

  "leave out a replayed letter until it is parked again": async (queries, { db }) => {
    await park(db, 0, letter(1), letter(2));
    const id = await idOf(db, 1);
    await replay(workOn(db), id);
    expect((await queries.list(null, 5))?.items).toHaveLength(1);
    await park(db, 3, letter(1, { error: "again", attempts: 9 }));
    const again = (await queries.list(null, 5))?.items.find((each) => each.id === id);
    expect(again).toEqual({ ...letter(1), id, error: "again", attempts: 9, at: later(3) });
  },
};

class ListsReplayedLetters extends SqlDeadLetterQueries {
  source: Database;
  constructor(db: Database) {
    super(db);
    this.source = db;
  }
  override async list(cursor: string | null, limit: number) {
    await this.source.knex("dead_letters").update({ replayed_at: null });
    return super.list(cursor, limit);
  }
}

class PagesByOffset extends SqlDeadLetterQueries {
  override async list(cursor: string | null, limit: number) {
    const whole = (await super.list(null, 1000))?.items ?? [];
    const from = cursor === null ? 0 : Number(cursor);
    return { items: whole.slice(from, from + limit), next: from + limit < whole.length ? String(from + limit) : null };
  }
}

contractOnDatabases<DeadLetterQueries>("DeadLetterQueries", (db) => new SqlDeadLetterQueries(db), clauses, [
  {
    wrong: "lists replayed letters",
    breaks: "leave out a replayed letter until it is parked again",
    make: (db) => new ListsReplayedLetters(db),
  },
  {
    wrong: "pages by offset",
    breaks: "page from the oldest on, each letter once, while others are parked and replayed",
    make: (db) => new PagesByOffset(db),
  },
]);

const lock = (work: UnitOfWork, id: string) => work.run((tx) => tx.deadLetters.lock(id));

const tableClauses: Clauses<UnitOfWork> = {
  "returns a letter's event, and whether it was replayed": async (work, { db }) => {
    await park(db, 0, letter(1), letter(2));
    const [first, second] = [await idOf(db, 1), await idOf(db, 2)];
    expect(await lock(work, first)).toEqual({ event: letter(1).event, replayed: false });
    await replay(work, first);
    expect(await lock(work, first)).toEqual({ event: letter(1).event, replayed: true });
    expect(await lock(work, second)).toEqual({ event: letter(2).event, replayed: false });
    await park(db, 1, letter(1));
    expect(await lock(work, first)).toEqual({ event: letter(1).event, replayed: false });
  },

  "deletes one letter": async (work, { db }) => {
    await park(db, 0, letter(1), letter(2));
    const [first, second] = [await idOf(db, 1), await idOf(db, 2)];
    await work.run((tx) => tx.deadLetters.delete(first));
    expect([await lock(work, first), await lock(work, second)]).toEqual([
      undefined,
      { event: letter(2).event, replayed: false },
    ]);
  },

  "finds no letter for a text that is not an id": async (work, { db }) => {
    await park(db, 0, letter(1));
    const id = await idOf(db, 1);
    const others = ["", "0", "-1", "999999", "x", `0${id}`, `+${id}`, ` ${id}`, `${id}.0`, `${id}e0`, `${id} OR 1=1`];
    for (const other of [...others, "9007199254740993", "NaN", "Infinity"])
      expect(await lock(work, other)).toBeUndefined();
  },

  "lets only one of ten concurrent replays find the letter unreplayed": async (work, { db }) => {
    await park(db, 0, letter(1));
    const id = await idOf(db, 1);
    const replays = Array.from({ length: 10 }, () =>
      work.run(async (tx) => {
        if ((await tx.deadLetters.lock(id))?.replayed !== false) return 0;
        await tx.deadLetters.markReplayed(id, noon);
        return 1;
      }),
    );
    expect((await Promise.all(replays)).reduce<number>((sum, one) => sum + one, 0)).toBe(1);
  },
};

type Letters = Partial<SqlDeadLetterTable>;
/** The correct table with some methods replaced. */
const knownWrong = (wrong: (trx: BuildableStatements, meet: Meet) => Letters) =>
  workWith((trx, meet) => ({
    deadLetters: Object.assign(new SqlDeadLetterTable(trx), wrong(trx, meet)),
  }));

contractOnDatabases("DeadLetterTable", workOn, tableClauses, [
  {
    wrong: "marks every letter",
    breaks: "returns a letter's event, and whether it was replayed",
    make: knownWrong((trx) => ({ markReplayed: async (_, at) => trx("dead_letters").update({ replayed_at: at }) })),
  },
  {
    wrong: "deletes every letter",
    breaks: "deletes one letter",
    make: knownWrong((trx) => ({ delete: async () => void (await trx("dead_letters").delete()) })),
  },
  {
    wrong: "accepts every text that starts with a number",
    breaks: "finds no letter for a text that is not an id",
    make: knownWrong((trx) => ({
      lock: async (id) => {
        const row = await trx("dead_letters")
          .where("id", Number.parseInt(id, 10) || 0)
          .first();
        return row && { event: row.event, replayed: row.replayed_at !== null };
      },
    })),
  },
  {
    wrong: "reads without a lock",
    breaks: "lets only one of ten concurrent replays find the letter unreplayed",
    make: knownWrong((trx, meet) => ({
      lock: async (id) => {
        const found = await new SqlDeadLetterTable(withoutLocks(trx)).lock(id);
        await meet();
        return found;
      },
    })),
    only: "mysql",
  },
]);
