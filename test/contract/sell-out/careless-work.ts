import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlConcertTable } from "../../../src/adapters/sql/sql-concert-table.js";
import { SqlPaymentTable } from "../../../src/adapters/sql/sql-payment-table.js";
import { SqlReservationTable } from "../../../src/adapters/sql/sql-reservation-table.js";
import type { Statements } from "../../../src/adapters/sql/transaction.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { but } from "../../simulation/but.js";
import { withoutLocks, workOn, workWith } from "../../support/table-work.js";

/** Transactions on seats whose events go nowhere, but for some table that is wrong. */
const workBut = (wrong: (trx: Statements) => Partial<Transaction>) =>
  workWith((trx) => ({
    concerts: new SqlConcertTable(trx),
    reservations: new SqlReservationTable(trx),
    payments: new SqlPaymentTable(trx),
    outbox: { add: async () => {} },
    ...wrong(trx),
  }));
const rowOf = (trx: Statements, id: string | undefined) => trx("schedules").where("schedule_id", id).first();

/** Takes a payment for the last by what it read before it had the schedule's row locked. */
export const countsFirst = workBut((trx) => {
  const right = new SqlConcertTable(trx);
  let isLast = false;
  const concerts = but(right, {
    count: async (deltas) => {
      const [delta] = deltas;
      const row = await rowOf(trx, delta?.scheduleId);
      isLast = row.reserved_seats + delta?.reserved === row.seats;
      await right.count(deltas);
    },
    isNewlySoldOut: async () => isLast,
  });
  return { concerts };
});

/** Sells a hall out anew whenever it is full. */
export const forgetsTheStamp = workBut((trx) => ({
  concerts: but(new SqlConcertTable(trx), {
    isNewlySoldOut: async (id) => {
      const row = await rowOf(trx, id);
      return row.reserved_seats === row.seats;
    },
  }),
}));

/** Locks no reservation. */
export const locksNoHold = workBut((trx) => ({ reservations: new SqlReservationTable(withoutLocks(trx)) }));

/** Stamps a sell-out with the time at which its payment's transaction was asked for. */
export const looksAtTheClockFirst = (db: Database, now: () => EpochMs): UnitOfWork => ({
  run: (job) => {
    const soldOutAt = now();
    return workOn(db).run((tx) => {
      const markSoldOut = (sellOut: Parameters<typeof tx.concerts.markSoldOut>[0]) =>
        tx.concerts.markSoldOut({ ...sellOut, soldOutAt });
      return job({ ...tx, concerts: but(tx.concerts, { markSoldOut }) });
    });
  },
});
