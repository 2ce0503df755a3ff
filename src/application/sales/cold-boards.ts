import type { ProductId } from "../../domain/ids.js";
import { boardBefore, boardName, type WindowBoard } from "../../domain/sales-window.js";
import { after, type EpochMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { RankedProduct } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";

/** The greatest `limit` of a request. */
const maxRanked = 100;
const keptMs = 30_000;

/** A board's best sellers, their ranks on the board of the day before, and the time of the read. */
export type RankedBoard = {
  readonly asOf: EpochMs;
  readonly top: readonly RankedProduct[];
  readonly before: ReadonlyMap<ProductId, number>;
};

/**
 * Ranks cold boards by a query over all products. It runs one query at a time and keeps each result for 30 s, so a cold
 * board cannot overload the database.
 */
export class ColdBoards {
  private readonly kept = new Map<string, { readonly until: EpochMs; readonly board: Promise<RankedBoard> }>();
  private lastQuery: Promise<unknown> = Promise.resolve();
  private readonly sales: SalesQueries;
  private readonly clock: Clock;

  constructor(sales: SalesQueries, clock: Clock) {
    this.sales = sales;
    this.clock = clock;
  }

  /** Concurrent calls share one result. A failed query is not kept. */
  read(board: WindowBoard): Promise<RankedBoard> {
    const now = this.clock.now();
    for (const [name, { until }] of this.kept) if (now >= until) this.kept.delete(name);
    const name = boardName(board);
    const known = this.kept.get(name);
    if (known !== undefined) return known.board;
    const ranked = this.lastQuery.then(() => this.rank(board));
    this.lastQuery = ranked.catch(() => this.kept.delete(name));
    this.kept.set(name, { until: after(now, keptMs), board: ranked });
    return ranked;
  }

  private async rank(board: WindowBoard): Promise<RankedBoard> {
    const asOf = this.clock.now();
    const top = await this.sales.rank(board, maxRanked, []);
    const dayBefore = boardBefore(board);
    const ids = top.map(({ productId }) => productId);
    const before = dayBefore === null || ids.length === 0 ? [] : await this.sales.rank(dayBefore, 0, ids);
    return { asOf, top, before: new Map(before.map(({ productId, rank }) => [productId, rank])) };
  }
}
