import { type Database, transact } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { Transaction } from "../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { barrierOf } from "./coupon-data.js";

/** Transactions as they should be. */
export const workOn = (db: Database): UnitOfWork => new SqlUnitOfWork(db, () => {});

/** Waits until others have come so far: so those that nothing keeps apart do meet, every time. */
export type Meet = () => Promise<void>;

/** The same transaction, but its reads lock no rows. */
export const withoutLocks = (trx: Statements): Statements =>
  Object.assign((table: string) => trx(table), { ...trx, dialect: { ...trx.dialect, lock: () => "" } });

/**
 * Transactions that have these tables and no others: so a wrong twin of one comes before its suite.
 * @param together how many must meet
 */
export const workWith =
  (tables: (trx: Statements, meet: Meet) => Partial<Transaction>, together = 2) =>
  (db: Database): UnitOfWork => {
    const meet = barrierOf(together);
    return { run: (work) => transact(db, (trx) => work(tables(trx, meet) as Transaction)) };
  };
