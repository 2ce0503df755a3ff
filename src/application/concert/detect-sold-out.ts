import type { ScheduleId } from "../../domain/ids.js";
import { isFirstSellOut, scheduleSoldOut } from "../../domain/sold-out.js";
import type { Clock } from "../ports/clock.js";
import type { Transaction } from "../ports/transaction.js";

/**
 * Counts a paid seat in the payment's transaction, and records the sell-out if it was the last one (S1). Counting locks
 * the schedule's row, so of two payments that commit at the same time the second one sees the first.
 */
export const detectSoldOut = async (tx: Transaction, scheduleId: ScheduleId, clock: Clock): Promise<void> => {
  await tx.concerts.count([{ scheduleId, held: -1, reserved: 1 }]);
  const state = await tx.concerts.currentState(scheduleId);
  if (state === undefined || !isFirstSellOut(state)) return;
  const { concertId, seats, salesOpenAt } = state.schedule;
  // The clock is read after the row was locked, so this is the time of the last payment.
  const sellOut = { concertId, scheduleId, seats, salesOpenAt, soldOutAt: clock.now() };
  await tx.concerts.markSoldOut(sellOut);
  await tx.outbox.add([scheduleSoldOut(sellOut)]);
};
