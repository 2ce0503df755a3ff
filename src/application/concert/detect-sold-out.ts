import type { ScheduleId } from "../../domain/ids.js";
import { isFirstSellOut, scheduleSoldOut } from "../../domain/sold-out.js";
import type { Clock } from "../ports/clock.js";
import type { Transaction } from "../ports/transaction.js";

/**
 * Counts a paid seat, and records the sell-out where it was the last: in the payment's own transaction, on the
 * schedule's locked row, so that of two last payments the second sees the first. Only held seats are left out.
 */
export const detectSoldOut = async (tx: Transaction, scheduleId: ScheduleId, clock: Clock): Promise<void> => {
  await tx.concerts.count([{ scheduleId, held: -1, reserved: 1 }]);
  const state = await tx.concerts.currentState(scheduleId);
  if (state === undefined || !isFirstSellOut(state)) return;
  const { concertId, seats, salesOpenAt } = state.schedule;
  // Now that the row is locked: the time of the payment that filled the last seat, and no earlier one's.
  const sellOut = { concertId, scheduleId, seats, salesOpenAt, soldOutAt: clock.now() };
  await tx.concerts.markSoldOut(sellOut);
  await tx.outbox.add([scheduleSoldOut(sellOut)]);
};
