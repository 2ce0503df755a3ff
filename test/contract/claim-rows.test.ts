import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlClaimRows } from "../../src/adapters/sql/sql-claim-rows.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { ClaimRows, RowInsert } from "../../src/application/ports/claim-rows.js";
import type { PendingClaim } from "../../src/domain/coupon.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import {
  claim,
  claimsOf,
  coupon,
  couponId,
  insertClaims,
  manualClock,
  noon,
  openCoupons,
  rowsIn,
  taskId,
  userId,
} from "../support/coupon-data.js";

type Batch = Parameters<SqlClaimRows["insertTogether"]>[0];

/** Inserts without comparing the epoch. */
class UncheckedClaimRows extends SqlClaimRows {
  protected readonly database: Database;

  constructor(db: Database) {
    super(db, clock);
    this.database = db;
  }

  protected override async insertTogether({ claims }: Batch): Promise<boolean> {
    await insertClaims(
      this.database,
      claims.map((each) => each.claim),
    );
    return true;
  }
}

/** Reads the epoch without a lock, one round trip before the insert. */
class UnlockedClaimRows extends UncheckedClaimRows {
  protected override async insertTogether(batch: Batch): Promise<boolean> {
    const row = await this.database.knex("coupon_epochs").where("coupon_id", batch.couponId).first("epoch");
    return row?.epoch === batch.epoch && super.insertTogether(batch);
  }
}

/** Treats a batch as a unit: one refused row refuses all. */
class AllOrNothingClaimRows extends SqlClaimRows {
  override async insert(admitted: Parameters<ClaimRows["insert"]>[0]): Promise<readonly RowInsert[]> {
    const outcomes = await super.insert(admitted);
    return outcomes.some((outcome) => outcome === "refused") ? outcomes.map(() => "refused" as const) : outcomes;
  }
}

/** Forgets the last claim of a batch. */
class ForgetfulClaimRows extends SqlClaimRows {
  override async insert(admitted: Parameters<ClaimRows["insert"]>[0]): Promise<readonly RowInsert[]> {
    const kept = admitted.length > 1 ? admitted.slice(0, -1) : admitted;
    const outcomes = await super.insert(kept);
    return admitted.map((_, index) => outcomes[index] ?? "inserted");
  }
}

const clock = manualClock();
const insertAll = (rows: ClaimRows, claims: readonly PendingClaim[], epoch = 0) =>
  rows.insert(claims.map((each) => ({ claim: each, epoch })));
const insertOne = async (rows: ClaimRows, each: PendingClaim, epoch = 0) => (await insertAll(rows, [each], epoch))[0];

/** Races inserts with rebuilds; returns how many rows a rebuild did not see although they were inserted. */
const rowsAfterTheRebuild = async (rows: ClaimRows, db: Database): Promise<number> => {
  const work = new SqlUnitOfWork(db, () => {});
  const coupons = Array.from({ length: 200 }, (_, index) => coupon(`c${index}`));
  await openCoupons(db, ...coupons);
  let unseen = 0;
  for (const { couponId: id } of coupons) {
    const count = async () => Number((await db.knex("coupon_claims").where("coupon_id", id).count({ n: "*" }))[0]?.n);
    const rebuild = async () => {
      await work.run((tx) => tx.epochs.raise(id, 0, 1, noon));
      return count();
    };
    const [outcomes, seen] = await Promise.all([insertAll(rows, claimsOf(id, 3)), rebuild()]);
    expect(await count()).toBe(outcomes.filter((outcome) => outcome === "inserted").length);
    unseen += (await count()) - seen;
  }
  return unseen;
};

const clauses: Clauses<SqlClaimRows> = {
  "writes every row of a batch of several coupons": async (rows, { db }) => {
    await openCoupons(db, coupon("a"), coupon("b"));
    const claims = [...claimsOf("a", 25), ...claimsOf("b", 25)];
    expect(new Set(await insertAll(rows, claims))).toEqual(new Set(["inserted"]));
    const written = await db.knex("coupon_claims").orderBy(["coupon_id", "position"]);
    expect(written.map((row) => row.task_id)).toEqual(claims.map((each) => each.taskId));
    expect(written[0]).toMatchObject({ user_id: "a-shopper-1", status: "pending", live: 1, created_at: noon });
    expect(await rows.insert([])).toEqual([]);
  },

  "returns known for a task whose row exists": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const quoted = claim("a", 1, { userId: userId(`o'\\"?\`b`) });
    expect(await insertAll(rows, [quoted, quoted])).toEqual(["inserted", "known"]);
    expect(await insertAll(rows, [claim("a", 2), quoted])).toEqual(["inserted", "known"]);
    expect(await db.knex("coupon_claims").orderBy("position").pluck("user_id")).toEqual([quoted.userId, "a-shopper-2"]);
  },

  "returns one inserted and otherwise known for concurrent inserts of one task": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const outcomes = await Promise.all([1, 2, 3].map(() => insertOne(rows, claim("a", 1))));
    expect(outcomes.sort()).toEqual(["inserted", "known", "known"]);
  },

  "refuses a row of another epoch or of an unknown coupon": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const admitted = [1, 0, -1].map((epoch, index) => ({ claim: claim("a", index + 1), epoch }));
    expect(await rows.insert([...admitted, { claim: claim("b", 1), epoch: 0 }])).toEqual([
      "refused",
      "inserted",
      "refused",
      "refused",
    ]);
    expect(await rowsIn(db, "coupon_claims")).toBe(1);
  },

  // Proves: C1, C5
  "inserts no row that a rebuild does not see": async (rows, { db }) => {
    expect(await rowsAfterTheRebuild(rows, db)).toBe(0);
  },

  // Proves: C5
  "refuses a position that is held": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    const rival = claim("a", 1, { taskId: taskId("rival"), userId: userId("rival") });
    expect(await insertOne(rows, claim("a", 1))).toBe("inserted");
    expect(await insertOne(rows, rival)).toBe("refused");
    expect(await rowsIn(db, "coupon_claims")).toBe(1);
  },

  // Proves: C2
  "refuses a shopper who is live under another task": async (rows, { db }) => {
    await openCoupons(db, coupon("a"), coupon("b"));
    const again = claim("a", 2, { userId: claim("a", 1).userId });
    expect(await insertAll(rows, [claim("a", 1), again])).toEqual(["inserted", "refused"]);
    expect(await insertOne(rows, { ...again, couponId: couponId("b") })).toBe("inserted");
  },

  "accepts a shopper whose claim failed, but not for the same position": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    await insertClaims(db, [claim("a", 1)], { status: "failed", live: null, reason: "internal" });
    const again = claim("a", 1, { taskId: taskId("again") });
    expect(await insertOne(rows, again)).toBe("refused");
    expect(await insertOne(rows, { ...again, position: 2 })).toBe("inserted");
  },

  "refuses one row among three hundred, and no other": async (rows, { db }) => {
    await openCoupons(db, coupon("a", { quantity: 1000 }));
    await insertClaims(db, [claim("a", 150, { taskId: taskId("first"), userId: userId("first") }), claim("a", 7)]);
    const outcomes = await insertAll(rows, claimsOf("a", 300));
    const others = outcomes.flatMap((outcome, index) => (outcome === "inserted" ? [] : [[index + 1, outcome]]));
    expect(others).toEqual([
      [7, "known"],
      [150, "refused"],
    ]);
    expect(await rowsIn(db, "coupon_claims")).toBe(300);
  },

  "ends a wait that is too long, and a retry finds or inserts the row": async (rows, { db }) => {
    await openCoupons(db, coupon("a"));
    // A transaction that holds the epoch's row (or SQLite's only connection) delays the insert.
    await new SqlUnitOfWork(db, () => {}).run(async (tx) => {
      await tx.epochs.raise(couponId("a"), 0, 0, noon);
      const outcome = await insertOne(rows, claim("a", 1)).catch(({ problem }) => problem?.code);
      expect(outcome).toMatch(/busy|engine-unavailable/);
    });
    await expect.poll(() => insertOne(rows, claim("a", 1))).toMatch(/known|inserted/);
  },
};

contractOnDatabases("ClaimRows", (db) => new SqlClaimRows(db, clock), clauses, [
  {
    wrong: "does not compare the epoch",
    breaks: "refuses a row of another epoch or of an unknown coupon",
    make: (db) => new UncheckedClaimRows(db),
  },
  {
    // Negative control: C1, C5
    wrong: "reads the epoch without a lock",
    breaks: "inserts no row that a rebuild does not see",
    make: (db) => new UnlockedClaimRows(db),
    only: "mysql",
  },
  {
    wrong: "lets one refused row refuse its batch",
    breaks: "refuses one row among three hundred, and no other",
    make: (db) => new AllOrNothingClaimRows(db, clock),
  },
  {
    wrong: "forgets the last claim of a batch",
    breaks: "writes every row of a batch of several coupons",
    make: (db) => new ForgetfulClaimRows(db, clock),
  },
  {
    // Negative control: C5
    wrong: "has no unique key for positions",
    breaks: "refuses a position that is held",
    make: (db) => new SqlClaimRows(db, clock),
    spoil: (db) => db.knex.schema.alterTable("coupon_claims", (table) => table.dropUnique([], "claims_one_a_position")),
  },
]);
