import type { ProductId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { SalesBoard } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";

/**
 * Raises boards to what the database says now of these products. Only ever called after the commit of what changed
 * them: absolute totals, read late, can be told twice and out of order.
 * @param pace all boards at once, as a batch of sales is soon done; or one after the other, where a million products go
 * by and whoever reads meanwhile should wait for one step at most
 */
export const raiseBoards = async (
  sales: SalesQueries,
  board: SalesBoard,
  boards: readonly WindowBoard[],
  productIds: readonly ProductId[],
  pace: "together" | "in-turn",
): Promise<void> => {
  if (boards.length === 0 || productIds.length === 0) return;
  const read = await sales.totals(boards, productIds);
  if (pace === "together") await Promise.all(read.map(({ board: which, totals }) => board.raise(which, totals)));
  else for (const { board: which, totals } of read) await board.raise(which, totals);
};

/** Whether the boards' engine is away, and not the database: whatever the boards miss then is healed later. */
export const isBoardsAway = (error: unknown): boolean =>
  error instanceof DomainError && error.problem.code === "engine-unavailable" && error.problem.engine !== "database";
