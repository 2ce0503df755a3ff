import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlOutboxRows } from "../../src/adapters/sql/sql-outbox-rows.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { OutboxRow, OutboxRows } from "../../src/application/ports/outbox-rows.js";
import { createEvent, type DomainEvent } from "../../src/domain/event.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { barrierOf, claim, manualClock, noon } from "../support/coupon-data.js";

const event = (position: number) => createEvent("coupon.reserved", claim("a", position), noon);
const events = (count: number) => Array.from({ length: count }, (_, index) => event(index + 1));
const idsOf = (rows: readonly OutboxRow[]) => rows.map((row) => row.rowId);
const positionsOf = (rows: readonly OutboxRow[]) =>
  rows.map((row) => (row.event as ReturnType<typeof event>).data.position);
const add = (db: Database, added: readonly DomainEvent[]) =>
  new SqlUnitOfWork(db, () => {}).run((tx) => tx.outbox.add(added));

/** The adapter and its clock. */
type RowsWithClock = { readonly rows: OutboxRows; readonly clock: { at: number } };
const withClock = (make: (db: Database, clock: ReturnType<typeof manualClock>) => OutboxRows) => (db: Database) => {
  const clock = manualClock();
  return { rows: make(db, clock), clock };
};

const clauses: Clauses<RowsWithClock> = {
  "returns each row once, oldest first": async ({ rows }, { db }) => {
    await add(db, events(1100));
    const first = await rows.claim(3);
    expect(first.map((row) => row.event)).toEqual(events(3));
    const rest = [await rows.claim(500), await rows.claim(500), await rows.claim(500), await rows.claim(500)];
    expect(positionsOf(rest.flat())).toEqual(
      events(1100)
        .map((each) => each.data.position)
        .slice(3),
    );
    await rows.markSent(idsOf([...first, ...rest.flat()]));
    expect(await rows.claim(10)).toEqual([]);
  },

  "returns each row to one of several relays that claim at the same time": async ({ rows }, { db }) => {
    await add(db, events(60));
    const shares = await Promise.all(Array.from({ length: 6 }, () => rows.claim(20)));
    const claimed = shares.flatMap(positionsOf);
    expect(new Set(claimed).size).toBe(claimed.length);
    const left: OutboxRow[] = [];
    for (let more = await rows.claim(20); more.length > 0; more = await rows.claim(20)) left.push(...more);
    expect([...claimed, ...positionsOf(left)].sort((x, y) => x - y)).toEqual(events(60).map((_, index) => index + 1));
  },

  // Proves: A6
  "returns a row again when it was released, or when the claim of a dead relay has expired": async (
    { rows, clock },
    { db },
  ) => {
    await add(db, events(3));
    const claimed = await rows.claim(3);
    await rows.release(idsOf(claimed).slice(1, 2));
    expect(positionsOf(await rows.claim(3))).toEqual([2]);
    clock.at += 9_000;
    expect(await rows.claim(3)).toEqual([]);
    clock.at += 2_000;
    expect(positionsOf(await rows.claim(3))).toEqual([1, 2, 3]);
    await rows.markSent([]);
    await rows.release([]);
  },

  "returns a row again if a wrong clock has dated its claim ahead": async ({ rows, clock }, { db }) => {
    await add(db, events(3));
    clock.at += 90_000;
    await rows.claim(3);
    clock.at -= 90_000;
    expect(positionsOf(await rows.claim(3))).toEqual([1, 2, 3]);
    expect(await rows.claim(3)).toEqual([]);
  },

  "finds a row that was committed after a row with a higher id": async ({ rows }, { db }) => {
    const work = new SqlUnitOfWork(db, () => {});
    const written = barrierOf(2);
    const sent = barrierOf(2);
    const slow = work.run(async (tx) => {
      await tx.outbox.add([event(1)]);
      // SQLite has one writer, so no other transaction can commit first.
      if (db.dialect.name === "mysql") await Promise.all([written(), sent()]);
    });
    if (db.dialect.name === "mysql") {
      await written();
      await add(db, [event(2)]);
      const overtaking = await rows.claim(10);
      expect(positionsOf(overtaking)).toEqual([2]);
      await rows.markSent(idsOf(overtaking));
      await sent();
    }
    await slow;
    expect(positionsOf(await rows.claim(10))).toEqual([1]);
  },
};

/** Reads only ids after the last id that it has read. */
const afterLastId = (rows: OutboxRows): OutboxRows => {
  let last = 0;
  return {
    claim: async (limit) => {
      const found = (await rows.claim(limit)).filter(({ rowId }) => rowId > last);
      last = Math.max(last, ...idsOf(found));
      return found;
    },
    markSent: (rowIds) => rows.markSent(rowIds),
    release: (rowIds) => rows.release(rowIds),
  };
};

/** Reads without claiming. */
const unclaimed = (db: Database): OutboxRows => ({
  claim: async (limit) => {
    const found = await db.knex("outbox").orderBy("id").limit(limit);
    return found.map(({ id, payload }) => ({ rowId: id, event: JSON.parse(payload) }));
  },
  markSent: async (rowIds) => db.knex("outbox").whereIn("id", rowIds).delete(),
  release: async () => {},
});

contractOnDatabases(
  "OutboxRows",
  withClock((db, clock) => new SqlOutboxRows(db, clock)),
  clauses,
  [
    {
      wrong: "reads ids after the last",
      breaks: "finds a row that was committed after a row with a higher id",
      make: withClock((db, clock) => afterLastId(new SqlOutboxRows(db, clock))),
      only: "mysql",
    },
    {
      wrong: "claims nothing",
      breaks: "returns each row to one of several relays that claim at the same time",
      make: withClock(unclaimed),
    },
  ],
);
