import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { type Admission, SqlClaimRows } from "../../src/adapters/sql/sql-claim-rows.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { ClaimRows } from "../../src/application/ports/claim-rows.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import {
  claim,
  claimsOf,
  coupon,
  couponId,
  noon,
  openCoupons,
  plantClaims,
  rowsIn,
  standingClock,
  taskId,
  userId,
} from "../support/drop.js";

/** Leaves a rebuild time to come between a claim's admission and its row. */
class LingeringClaimRows extends SqlClaimRows {
  protected override async admitted(trx: Statements, batch: readonly Admission[]): Promise<readonly Admission[]> {
    const admitted = await this.look(trx, batch);
    await pause(3);
    return admitted;
  }

  protected look(trx: Statements, batch: readonly Admission[]): Promise<readonly Admission[]> {
    return super.admitted(trx, batch);
  }
}

class UnlockedClaimRows extends LingeringClaimRows {
  protected override async look(trx: Statements, batch: readonly Admission[]): Promise<readonly Admission[]> {
    const rows = await trx("coupon_epochs").select("coupon_id", "epoch");
    const epochs = new Map(rows.map((row) => [row.coupon_id, row.epoch]));
    return batch.filter((each) => epochs.get(each.claim.couponId) === each.epoch);
  }
}

class UncheckedClaimRows extends LingeringClaimRows {
  protected override async look(_: Statements, batch: readonly Admission[]): Promise<readonly Admission[]> {
    return batch;
  }
}

const clock = standingClock();
const away = { problem: { code: "engine-unavailable", engine: "database" } };

/** A rebuild raises the epoch and reads the claims; a row that comes to light later is lost to it. */
const rowsAfterTheRebuild = async (rows: ClaimRows, db: Database): Promise<number> => {
  const work = new SqlUnitOfWork(db, () => {});
  const coupons = Array.from({ length: 200 }, (_, index) => coupon(`c${index}`));
  await openCoupons(db, ...coupons);
  let late = 0;
  for (const [index, { couponId: id }] of coupons.entries()) {
    const count = async () => Number((await db.knex("coupon_claims").where("coupon_id", id).count({ n: "*" }))[0]?.n);
    const rebuild = async () => {
      await work.run((tx) => tx.epochs.raise(id, 0, 1, noon));
      return count();
    };
    const inserting = rows.insert(claim(id, 1), 0);
    // The row is gathered for 2 ms; every other rebuild comes while it is being written.
    if (index % 2 === 0) await pause(3);
    const seen = await rebuild();
    const outcome = await inserting;
    expect(await count()).toBe(outcome === "inserted" ? 1 : 0);
    late += (await count()) - seen;
  }
  return late;
};

const clauses: Clauses<SqlClaimRows> = {
  "writes every row of a rush": async (rows, { db }) => {
    await openCoupons(db, coupon("a"), coupon("b"));
    const claims = [...claimsOf("a", 25), ...claimsOf("b", 25)];
    const outcomes = await Promise.all(claims.map((each) => rows.insert(each, 0)));
    expect(new Set(outcomes)).toEqual(new Set(["inserted"]));
    const written = await db.knex("coupon_claims").orderBy(["coupon_id", "position"]);
    expect(written.map((row) => row.task_id)).toEqual(claims.map((each) => each.taskId));
    expect(written[0]).toMatchObject({ user_id: "a-shopper-1", status: "pending", live: 1, created_at: noon });
  },

  "answers known where the task's row stands": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const quoted = claim("a", 1, { userId: userId(`o'\\"?\`b`) });
    expect(await Promise.all([1, 2, 3].map(() => rows.insert(quoted, 0)))).toEqual(["inserted", "known", "known"]);
    expect(await rows.insert(quoted, 0)).toBe("known");
    expect(await db.knex("coupon_claims").pluck("user_id")).toEqual([quoted.userId]);
  },

  "refuses a row of another epoch, or of no coupon": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const epochs = [1, 0, -1].map((epoch, index) => rows.insert(claim("a", index + 1), epoch));
    expect(await Promise.all([...epochs, rows.insert(claim("b", 1), 0)])).toEqual([
      ...["refused", "inserted", "refused"],
      "refused",
    ]);
    expect(await rowsIn(db, "coupon_claims")).toBe(1);
  },

  // Proves: C5
  "writes nothing behind a rebuild's back": async (rows, { db }) => {
    expect(await rowsAfterTheRebuild(rows, db)).toBe(0);
  },

  // Proves: C5
  "refuses a position that is held": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const rival = claim("a", 1, { taskId: taskId("rival"), userId: userId("rival") });
    expect(await rows.insert(claim("a", 1), 0)).toBe("inserted");
    expect(await rows.insert(rival, 0)).toBe("refused");
    expect(await rowsIn(db, "coupon_claims")).toBe(1);
  },

  // Proves: C2
  "refuses a shopper who is live under another task": async (rows, { db }) => {
    await openCoupons(db, coupon("a"), coupon("b"));
    const again = claim("a", 2, { userId: claim("a", 1).userId });
    expect(await Promise.all([rows.insert(claim("a", 1), 0), rows.insert(again, 0)])).toEqual(["inserted", "refused"]);
    expect(await rows.insert({ ...again, couponId: couponId("b") }, 0)).toBe("inserted");
  },

  "lets a shopper whose claim failed come again, but not to the same position": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    await plantClaims(db, [claim("a", 1)], { status: "failed", live: null, reason: "internal" });
    const again = claim("a", 1, { taskId: taskId("again") });
    expect(await rows.insert(again, 0)).toBe("refused");
    expect(await rows.insert({ ...again, position: 2 }, 0)).toBe("inserted");
  },

  "refuses one bad row among three hundred good ones, and no other": async (rows, { db }) => {
    await openCoupons(db, coupon("a", { quantity: 1000 }));
    await plantClaims(db, [claim("a", 150, { taskId: taskId("first"), userId: userId("first") }), claim("a", 7)]);
    const outcomes = await Promise.all(claimsOf("a", 300).map((each) => rows.insert(each, 0)));
    const others = outcomes.flatMap((outcome, index) => (outcome === "inserted" ? [] : [[index + 1, outcome]]));
    expect(others).toEqual([
      [7, "known"],
      [150, "refused"],
    ]);
    expect(await rowsIn(db, "coupon_claims")).toBe(300);
  },

  "refuses at once what its buffer does not hold": async (rows, { db }) => {
    await openCoupons(db, coupon("a", { quantity: 20_000 }));
    const [last, ...held] = claimsOf("a", 10_001).toReversed();
    const holding = held.map((each) => rows.insert(each, 0));
    if (last !== undefined) await expect(rows.insert(last, 0)).rejects.toMatchObject(away);
    await Promise.allSettled(holding);
    await rows.stop();
    expect(await rowsIn(db, "coupon_claims")).toBe(10_000);
  },

  "tells a caller who has waited too long, though the row may still land": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    // Whoever holds the epoch's row, or SQLite's one connection, holds up the insert.
    await new SqlUnitOfWork(db, () => {}).run(async (tx) => {
      await tx.epochs.raise(couponId("a"), 0, 0, noon);
      const caller = rows.insert(claim("a", 1), 0);
      await expect(caller).rejects.toMatchObject(away);
    });
    await rows.stop();
    expect(["known", "inserted"]).toContain(await rows.insert(claim("a", 1), 0));
  },
};

contractOnDatabases("ClaimRows", (db) => new LingeringClaimRows(db, clock), clauses, [
  {
    wrong: "does not ask for the epoch",
    breaks: "writes nothing behind a rebuild's back",
    make: (db) => new UncheckedClaimRows(db, clock),
  },
  {
    // Negative control: C5
    wrong: "reads the epoch without its lock",
    breaks: "writes nothing behind a rebuild's back",
    make: (db) => new UnlockedClaimRows(db, clock),
    only: "mysql",
  },
  {
    // Negative control: C5
    wrong: "has no unique position behind it",
    breaks: "refuses a position that is held",
    make: (db) => new SqlClaimRows(db, clock),
    spoil: (db) => db.knex.schema.alterTable("coupon_claims", (table) => table.dropUnique([], "claims_one_a_position")),
  },
]);
