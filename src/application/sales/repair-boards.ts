import type { ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { SalesBoard } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";
import { raiseBoards } from "./raise-boards.js";

/**
 * Brings boards to what the database says of these products, also where they show too much. Answers how many scores
 * differed. Scores are read first and totals then, so a sale in between looks like too little, which raising mends.
 */
export const repairBoards = async (
  sales: SalesQueries,
  board: SalesBoard,
  boards: readonly WindowBoard[],
  productIds: readonly ProductId[],
): Promise<number> => {
  if (productIds.length === 0) return 0;
  const seen = await Promise.all(boards.map((which) => board.scores(which, productIds)));
  const read = await sales.totals(boards, productIds);
  let drift = 0;
  for (const [n, { board: which, totals }] of read.entries()) {
    const due = new Map(totals.map(({ productId, quantity }) => [productId, quantity]));
    const scores = seen[n] ?? new Map<ProductId, number>();
    const high = [...scores].flatMap(([productId, score]) => {
      const quantity = due.get(productId) ?? 0;
      return score > quantity ? [{ productId, quantity, seen: score }] : [];
    });
    if (high.length > 0) await board.lower(which, high);
    drift += high.length + totals.filter(({ productId, quantity }) => (scores.get(productId) ?? 0) < quantity).length;
  }
  await raiseBoards(sales, board, boards, productIds, "in-turn");
  return drift;
};
