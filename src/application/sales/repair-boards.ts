import type { ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import { raiseBoards } from "./raise-boards.js";
import type { SalesPorts } from "./sales-ports.js";

/**
 * Sets the products' scores to the totals in the database, whether a score is too low or too high. Returns how many
 * scores differed. The scores are read before the totals, so a sale in between makes a score too low, never too high.
 */
export const repairBoards = async (
  ports: SalesPorts,
  boards: readonly WindowBoard[],
  productIds: readonly ProductId[],
): Promise<number> => {
  if (productIds.length === 0) return 0;
  const { sales, board } = ports;
  const scoresOf = await Promise.all(boards.map((which) => board.scores(which, productIds)));
  const read = await sales.totals(boards, productIds);
  let drift = 0;
  for (const [n, { board: which, totals }] of read.entries()) {
    const quantities = new Map(totals.map(({ productId, quantity }) => [productId, quantity]));
    const scores = scoresOf[n] ?? new Map<ProductId, number>();
    const tooHigh = [...scores].flatMap(([productId, seen]) => {
      const quantity = quantities.get(productId) ?? 0;
      return seen > quantity ? [{ productId, quantity, seen }] : [];
    });
    const tooLow = totals.filter(({ productId, quantity }) => (scores.get(productId) ?? 0) < quantity);
    if (tooHigh.length > 0) await board.lower(which, tooHigh);
    drift += tooHigh.length + tooLow.length;
  }
  await raiseBoards(ports, boards, productIds, "one-by-one");
  return drift;
};
