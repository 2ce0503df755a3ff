import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import { autocommitOn, type RunStatements } from "../../../src/adapters/sql/transaction.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";

/** Commits each statement. */
export const committingEachStatement = (db: Database): UnitOfWork =>
  new SqlUnitOfWork({ ...db, transaction: autocommitOn(db.knex, db.dialect, 60_000) }, () => {});

/** Runs a transaction once, also if it fails because of contention. */
export const withoutRetry = (db: Database): UnitOfWork => {
  let failure: unknown;
  const transaction: RunStatements = async (work) => {
    if (failure !== undefined) throw failure;
    try {
      return await db.transaction(work);
    } catch (error) {
      failure = new Error("not retried", { cause: error });
      throw failure;
    }
  };
  return new SqlUnitOfWork({ ...db, transaction }, () => {});
};

/** Reads the counter before it writes it. */
export const unguardedCounter = (db: Database): UnitOfWork => {
  const row = () => db.knex("coupons").where("coupon_id", "a");
  const countIssued = async (_: unknown, count: number) => {
    const { issued, quantity } = await row().first();
    if (issued + count > quantity) return false;
    await row().update({ issued: issued + count });
    return true;
  };
  return { run: (work) => work({ coupons: { countIssued } } as unknown as Transaction) };
};
