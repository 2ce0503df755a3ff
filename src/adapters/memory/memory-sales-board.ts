import { randomUUID } from "node:crypto";
import type {
  Correction,
  FillToken,
  ProductTotal,
  RankedProduct,
  SalesBoard,
} from "../../application/ports/sales-board.js";
import type { ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import { MemoryRanking } from "./memory-ranking.js";

/** The boards of this process by window and last day; gone with the process, hence cold after a restart. */
export class MemoryRankings {
  private readonly rankings = new Map<string, MemoryRanking>();

  /** The board's ranking, begun if there is none. */
  of(board: WindowBoard): MemoryRanking {
    const name = nameOf(board);
    const ranking = this.rankings.get(name) ?? new MemoryRanking();
    this.rankings.set(name, ranking);
    return ranking;
  }

  /** The board's ranking if there is one. */
  find(board: WindowBoard): MemoryRanking | undefined {
    return this.rankings.get(nameOf(board));
  }

  /** The board's ranking if it may be read. */
  ready(board: WindowBoard): MemoryRanking | undefined {
    const ranking = this.find(board);
    return ranking?.marker?.ready ? ranking : undefined;
  }

  delete(board: WindowBoard): void {
    this.rankings.delete(nameOf(board));
  }
}

const nameOf = ({ window, lastDay }: WindowBoard): string => `${window}:${lastDay}`;

/** The boards of a process that is alone; each step is atomic because nothing in it waits. */
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
    return ranking === undefined ? null : figures(productIds, (productId) => ranking.rank(productId));
  }

  async scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>> {
    const ranking = this.rankings.find(board);
    return figures(productIds, (productId) => ranking?.score(productId));
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

const figures = (
  productIds: readonly ProductId[],
  figureOf: (productId: ProductId) => number | undefined,
): ReadonlyMap<ProductId, number> =>
  new Map(
    productIds.flatMap((productId) => {
      const figure = figureOf(productId);
      return figure === undefined ? [] : [[productId, figure] as const];
    }),
  );
