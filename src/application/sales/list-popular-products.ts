import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import type { Product } from "../../domain/product.js";
import {
  boardBefore,
  boardOf,
  type Movement,
  movementOf,
  type SalesWindow,
  type WindowBoard,
} from "../../domain/sales-window.js";
import type { EpochMs } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { ProductQueries } from "../ports/product-queries.js";
import type { RankedProduct, SalesBoard } from "../ports/sales-board.js";
import type { ColdBoards, Ranked } from "./cold-boards.js";

export type PopularProduct = Product & RankedProduct & { readonly movement: Movement };
/** Best sellers, and when their ranks were read: a cold board's may be from some seconds ago. */
export type PopularProducts = { readonly asOf: EpochMs; readonly products: readonly PopularProduct[] };

/** Reads a window's best sellers: ranks from the boards, details by one query; a cold board's by the database. */
export class ListPopularProducts {
  private readonly board: SalesBoard;
  private readonly cold: ColdBoards;
  private readonly products: ProductQueries;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(board: SalesBoard, cold: ColdBoards, products: ProductQueries, clock: Clock, zone: TimeZone) {
    this.board = board;
    this.cold = cold;
    this.products = products;
    this.clock = clock;
    this.zone = zone;
  }

  /** At most 100. A product that is gone is passed over. @throws DomainError `engine-unavailable` */
  async execute(window: SalesWindow, limit: number): Promise<PopularProducts> {
    const board = boardOf(window, businessDayAt(this.clock.now(), this.zone));
    const { asOf, top, before } = (await this.fromBoards(board, limit)) ?? (await this.cold.read(board));
    const best = top.slice(0, limit);
    const known = await this.products.byIds(best.map(({ productId }) => productId));
    const details = new Map(known.map((product) => [product.productId, product]));
    const products = best.flatMap((ranked) => {
      const product = details.get(ranked.productId);
      const movement = movementOf(window, ranked.rank, before.get(ranked.productId) ?? null);
      return product === undefined ? [] : [{ ...product, ...ranked, movement }];
    });
    return { asOf, products };
  }

  /** `null` where one of the boards is cold, or Redis away. */
  private async fromBoards(board: WindowBoard, limit: number): Promise<Ranked | null> {
    try {
      const asOf = this.clock.now();
      const top = await this.board.top(board, limit);
      const yesterday = boardBefore(board);
      if (top === null || yesterday === null || top.length === 0) return top && { asOf, top, before: new Map() };
      const ids = top.map(({ productId }) => productId);
      const before = await this.board.ranks(yesterday, ids);
      return before && { asOf, top, before };
    } catch (error) {
      if (isBackendUnavailable(error)) return null;
      throw error;
    }
  }
}
