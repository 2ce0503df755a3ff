import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlConcertTable } from "../../../src/adapters/sql/sql-concert-table.js";
import { SqlPaymentTable } from "../../../src/adapters/sql/sql-payment-table.js";
import { SqlReservationTable } from "../../../src/adapters/sql/sql-reservation-table.js";
import type { Statements } from "../../../src/adapters/sql/transaction.js";
import type { Transaction } from "../../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { ScheduleState } from "../../../src/domain/concert.js";
import type { ScheduleId } from "../../../src/domain/ids.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { replaceMethods } from "../../support/replace-methods.js";
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

/** Decides whether a payment is the last by the counts that it read before it locked the schedule's row. */
export const countsFirst = workBut((trx) => {
  const right = new SqlConcertTable(trx);
  let counted: ScheduleState | undefined;
  const concerts = replaceMethods(right, {
    count: async (deltas) => {
      for (const { scheduleId, held, reserved } of deltas) {
        const state = await right.currentState(scheduleId);
        if (state === undefined) continue;
        counted = { ...state, counts: { held: state.counts.held + held, reserved: state.counts.reserved + reserved } };
      }
      await right.count(deltas);
    },
    currentState: async () => counted,
  });
  return { concerts };
});

/** Records a sell-out whenever all seats are paid. */
export const forgetsTheStamp = workBut((trx) => {
  const right = new SqlConcertTable(trx);
  const currentState = async (id: ScheduleId) => {
    const state = await right.currentState(id);
    return state && { ...state, soldOutAt: null };
  };
  return { concerts: replaceMethods(right, { currentState }) };
});

/** Locks no reservation. */
export const locksNoHold = workBut((trx) => ({ reservations: new SqlReservationTable(withoutLocks(trx)) }));

/** Stamps a sell-out with the time at which its payment's transaction was asked for. */
export const looksAtTheClockFirst = (db: Database, now: () => EpochMs): UnitOfWork => ({
  run: (job) => {
    const soldOutAt = now();
    return workOn(db).run((tx) => {
      const markSoldOut = (sellOut: Parameters<typeof tx.concerts.markSoldOut>[0]) =>
        tx.concerts.markSoldOut({ ...sellOut, soldOutAt });
      return job({ ...tx, concerts: replaceMethods(tx.concerts, { markSoldOut }) });
    });
  },
});
