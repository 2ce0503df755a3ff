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

/** Transactions on seats with some wrong tables. Their events are discarded. */
const workBut = (wrong: (trx: Statements) => Partial<Transaction>) =>
  workWith((trx) => ({
    concerts: new SqlConcertTable(trx),
    reservations: new SqlReservationTable(trx),
    payments: new SqlPaymentTable(trx),
    outbox: { add: async () => {} },
    ...wrong(trx),
  }));

/** Decides whether a payment is the last one from counts that were read before the lock. */
export const countsBeforeLock = workBut((trx) => {
  const correct = new SqlConcertTable(trx);
  let counted: ScheduleState | undefined;
  const concerts = replaceMethods(correct, {
    count: async (deltas) => {
      for (const { scheduleId, held, reserved } of deltas) {
        const state = await correct.currentState(scheduleId);
        if (state === undefined) continue;
        counted = { ...state, counts: { held: state.counts.held + held, reserved: state.counts.reserved + reserved } };
      }
      await correct.count(deltas);
    },
    currentState: async () => counted,
  });
  return { concerts };
});

/** Records a sell-out whenever all seats are paid. */
export const ignoresStamp = workBut((trx) => {
  const correct = new SqlConcertTable(trx);
  const currentState = async (id: ScheduleId) => {
    const state = await correct.currentState(id);
    return state && { ...state, soldOutAt: null };
  };
  return { concerts: replaceMethods(correct, { currentState }) };
});

/** Locks no reservations. */
export const locksNoHold = workBut((trx) => ({ reservations: new SqlReservationTable(withoutLocks(trx)) }));

/** Stamps a sell-out with the time before its transaction. */
export const readsClockBeforeLock = (db: Database, now: () => EpochMs): UnitOfWork => ({
  run: (job) => {
    const soldOutAt = now();
    return workOn(db).run((tx) => {
      const markSoldOut = (sellOut: Parameters<typeof tx.concerts.markSoldOut>[0]) =>
        tx.concerts.markSoldOut({ ...sellOut, soldOutAt });
      return job({ ...tx, concerts: replaceMethods(tx.concerts, { markSoldOut }) });
    });
  },
});
