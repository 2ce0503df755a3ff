import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import { compareDay, type Drift } from "../../domain/sale.js";
import { boardName, boardOf, type WindowBoard } from "../../domain/sales-window.js";
import { ifAvailable } from "../board/board-availability.js";
import type { SalesBoard } from "../ports/sales-board.js";
import type { Transaction } from "../ports/transaction.js";
import { repairBoards } from "./repair-boards.js";
import type { SalesPorts } from "./sales-ports.js";

/** Guards the writes of the daily close. Throws if another node closes the days by now. */
export type Fence = (tx: Transaction) => Promise<void>;

export type ClosingPage = {
  readonly day: BusinessDay;
  /** The boards that are kept now. */
  readonly kept: readonly WindowBoard[];
  readonly productIds: readonly ProductId[];
  /** How many more drifts of the day may be stored. */
  readonly driftLeft: number;
};

/** Closes one page of a day's products: corrects their rows in one transaction, then repairs the boards. Returns the drift. */
export const closeDayPage = async (ports: SalesPorts, page: ClosingPage, fence: Fence): Promise<readonly Drift[]> => {
  // The scores are read before the rows, so a booking in between looks like a score that is too low.
  const scores = await readDayBoard(ports.board, page);
  const drift = await ports.work.run((tx) => correctRows(tx, page, scores, fence));
  const drifted = drift.map(({ productId }) => productId);
  await ifAvailable(() => repairBoards(ports, page.kept, drifted));
  return drift;
};

/** Returns `null` if the day's board is no longer kept, cold or unavailable. */
const readDayBoard = async (board: SalesBoard, { day, kept, productIds }: ClosingPage) => {
  const dayBoard = boardOf("1d", day);
  if (!kept.some((each) => boardName(each) === boardName(dayBoard))) return null;
  return ifAvailable(async () => {
    const cold = await board.cold([dayBoard]);
    return cold.length > 0 ? null : board.scores(dayBoard, productIds);
  });
};

const correctRows = async (
  tx: Transaction,
  { day, productIds, driftLeft }: ClosingPage,
  scores: ReadonlyMap<ProductId, number> | null,
  fence: Fence,
): Promise<readonly Drift[]> => {
  // The lock is the first statement. Otherwise an old snapshot of the sales could erase a booking.
  const rows = await tx.sales.lockDay(day, productIds);
  await fence(tx);
  const sums = await tx.sales.sumDay(day, productIds);
  const { corrections, drift } = compareDay({ productIds, sums, rows, scores });
  await tx.sales.saveDay(day, corrections);
  // The drift is stored together with the correction, so that a crash loses none of it.
  await tx.sales.saveDrift(day, drift.slice(0, driftLeft));
  return drift;
};
