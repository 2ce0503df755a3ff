import type { Knex } from "knex";
import { type Database, transact } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { Transaction } from "../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { barrierOf } from "./coupon-data.js";

/** Returns the real unit of work. */
export const workOn = (db: Database): UnitOfWork => new SqlUnitOfWork(db, () => {});

/** Waits until the other transactions are at the same point, so that an unguarded race happens every time. */
export type Meet = () => Promise<void>;

/** The same transaction, but its reads lock no rows. */
export const withoutLocks = (trx: Statements): Statements => ({ ...trx, dialect: { ...trx.dialect, lock: () => "" } });

const queryOf = (knex: Knex, table: string) => knex(table);

/** Statements that can also be built with knex, for known-wrong implementations. */
export type BuildableStatements = Statements & ((table: string) => ReturnType<typeof queryOf>);

/**
 * Returns a unit of work with only these tables, for known-wrong implementations of them.
 * @param together the number of transactions that must meet
 */
export const workWith =
  (tables: (trx: BuildableStatements, meet: Meet) => Partial<Transaction>, together = 2) =>
  (db: Database): UnitOfWork => {
    const meet = barrierOf(together);
    const buildable = (trx: Statements): BuildableStatements =>
      Object.assign((table: string) => queryOf(db.knex, table).connection(trx.connection), trx);
    return { run: (work) => transact(db, (trx) => work(tables(buildable(trx), meet) as Transaction)) };
  };
