import { randomUUID } from "node:crypto";
import type {
  Correction,
  FillToken,
  ProductTotal,
  RankedProduct,
  SalesBoard,
} from "../../application/ports/sales-board.js";
import type { ProductId } from "../../domain/ids.js";
import { boardName, type WindowBoard } from "../../domain/sales-window.js";
import { MemoryRanking } from "./memory-ranking.js";

/** The rankings of a process that serves alone. They are lost with the process, so every board is cold after a start. */
export class MemoryRankings {
  private readonly rankings = new Map<string, MemoryRanking>();

  /** Returns the board's ranking and creates it if there is none. */
  of(board: WindowBoard): MemoryRanking {
    const name = boardName(board);
    const ranking = this.rankings.get(name) ?? new MemoryRanking();
    this.rankings.set(name, ranking);
    return ranking;
  }

  find(board: WindowBoard): MemoryRanking | undefined {
    return this.rankings.get(boardName(board));
  }

  /** Returns the board's ranking, or `undefined` if the board is cold. */
  ready(board: WindowBoard): MemoryRanking | undefined {
    const ranking = this.find(board);
    return ranking?.marker?.ready ? ranking : undefined;
  }

  delete(board: WindowBoard): void {
    this.rankings.delete(boardName(board));
  }
}

/** The product boards in process memory. Each step is atomic, because no step waits. */
export class MemorySalesBoard implements SalesBoard {
  private readonly rankings: MemoryRankings;

  constructor(rankings: MemoryRankings) {
    this.rankings = rankings;
  }

  async raise(board: WindowBoard, totals: readonly ProductTotal[]): Promise<void> {
    const ranking = this.rankings.of(board);
    for (const total of totals) if (total.quantity > (ranking.score(total.productId) ?? 0)) ranking.set(total);
  }

  async top(board: WindowBoard, limit: number): Promise<readonly RankedProduct[] | null> {
    const best = this.rankings.ready(board)?.top(limit);
    return best?.map((total, index) => ({ ...total, rank: index + 1 })) ?? null;
  }

  async ranks(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number> | null> {
    const ranking = this.rankings.ready(board);
    return ranking === undefined ? null : found(productIds, (productId) => ranking.rank(productId));
  }

  async scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>> {
    const ranking = this.rankings.find(board);
    return found(productIds, (productId) => ranking?.score(productId));
  }

  async cold(boards: readonly WindowBoard[]): Promise<readonly WindowBoard[]> {
    return boards.filter((board) => this.rankings.ready(board) === undefined);
  }

  async lower(board: WindowBoard, corrections: readonly Correction[]): Promise<void> {
    const ranking = this.rankings.find(board);
    for (const { seen, ...total } of corrections) if (ranking?.score(total.productId) === seen) ranking.set(total);
  }

  async beginFill(board: WindowBoard): Promise<FillToken | null> {
    const ranking = this.rankings.of(board);
    if (ranking.marker?.ready) return null;
    const token = randomUUID() as string as FillToken;
    ranking.marker = { token, ready: false };
    return token;
  }

  async finishFill(board: WindowBoard, token: FillToken): Promise<boolean> {
    const ranking = this.rankings.find(board);
    if (ranking?.marker?.token !== token) return false;
    ranking.marker = { token, ready: true };
    return true;
  }

  async remove(boards: readonly WindowBoard[]): Promise<void> {
    for (const board of boards) this.rankings.delete(board);
  }
}

/** Returns the products' values without those that are `undefined`. */
const found = (
  productIds: readonly ProductId[],
  read: (productId: ProductId) => number | undefined,
): ReadonlyMap<ProductId, number> =>
  new Map(
    productIds.flatMap((productId) => {
      const value = read(productId);
      return value === undefined ? [] : [[productId, value] as const];
    }),
  );
