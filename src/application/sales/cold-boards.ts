import type { ProductId } from "../../domain/ids.js";
import { boardBefore, type WindowBoard } from "../../domain/sales-window.js";
import { after, type EpochMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { RankedProduct } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";

/** As many as anyone may ask for at once. */
const mostRanked = 100;
const keptMs = 30_000;

/** A board's best sellers, the ranks that these had the day before, and when both were read. */
export type Ranked = {
  readonly asOf: EpochMs;
  readonly top: readonly RankedProduct[];
  readonly before: ReadonlyMap<ProductId, number>;
};

/** Answers for boards that are cold, from the database: it looks at every product, so one look at a time, kept a while. */
export class ColdBoards {
  private readonly kept = new Map<string, { readonly until: EpochMs; readonly ranked: Promise<Ranked> }>();
  private turn: Promise<unknown> = Promise.resolve();
  private readonly sales: SalesQueries;
  private readonly clock: Clock;

  constructor(sales: SalesQueries, clock: Clock) {
    this.sales = sales;
    this.clock = clock;
  }

  /** Everyone who asks meanwhile gets the same answer; one that failed is asked for again. */
  read(board: WindowBoard): Promise<Ranked> {
    const now = this.clock.now();
    for (const [name, { until }] of this.kept) if (now >= until) this.kept.delete(name);
    const name = `${board.window}:${board.lastDay}`;
    const known = this.kept.get(name);
    if (known !== undefined) return known.ranked;
    const ranked = this.turn.then(() => this.rank(board));
    this.turn = ranked.catch(() => this.kept.delete(name));
    this.kept.set(name, { until: after(now, keptMs), ranked });
    return ranked;
  }

  private async rank(board: WindowBoard): Promise<Ranked> {
    const asOf = this.clock.now();
    const top = await this.sales.rank(board, mostRanked, []);
    const yesterday = boardBefore(board);
    const ids = top.map(({ productId }) => productId);
    const before = yesterday === null || ids.length === 0 ? [] : await this.sales.rank(yesterday, 0, ids);
    return { asOf, top, before: new Map(before.map(({ productId, rank }) => [productId, rank])) };
  }
}
