import type { ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { SalesPorts } from "./sales-ports.js";

/**
 * Raises boards to the products' current totals in the database. Call it only after the commit of the change: totals are
 * absolute and are read late, so calls may be repeated and reordered.
 * @param order `concurrently` for a batch of sales; `one-by-one` for a pass over all products, so that other clients of
 * the boards' backend wait for one command at most
 */
export const raiseBoards = async (
  { sales, board }: SalesPorts,
  boards: readonly WindowBoard[],
  productIds: readonly ProductId[],
  order: "concurrently" | "one-by-one",
): Promise<void> => {
  if (boards.length === 0 || productIds.length === 0) return;
  const read = await sales.totals(boards, productIds);
  if (order === "concurrently") await Promise.all(read.map(({ board: which, totals }) => board.raise(which, totals)));
  else for (const { board: which, totals } of read) await board.raise(which, totals);
};
