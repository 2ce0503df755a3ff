import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
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
import { boardOrDatabase } from "../board/board-availability.js";
import type { Clock } from "../ports/clock.js";
import type { ProductQueries } from "../ports/product-queries.js";
import type { RankedProduct, SalesBoard } from "../ports/sales-board.js";
import type { ColdBoards, RankedBoard } from "./cold-boards.js";

export type PopularProduct = RankedProduct & Pick<Product, "name" | "unitPrice"> & { readonly movement: Movement };
/** Best sellers, and the time when their ranks were read. The ranks of a cold board may be 30 s old. */
export type PopularProducts = { readonly asOf: EpochMs; readonly items: readonly PopularProduct[] };

/** Lists the best sellers of a window: one read per board for the ranks and one query for the products' details. */
export class ListPopularProducts {
  private readonly board: SalesBoard;
  private readonly coldBoards: ColdBoards;
  private readonly products: ProductQueries;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(board: SalesBoard, coldBoards: ColdBoards, products: ProductQueries, clock: Clock, zone: TimeZone) {
    this.board = board;
    this.coldBoards = coldBoards;
    this.products = products;
    this.clock = clock;
    this.zone = zone;
  }

  /**
   * Skips products that no longer exist.
   * @param limit at most 100
   * @throws DomainError `engine-unavailable` if the database is unavailable
   */
  async execute(window: SalesWindow, limit: number): Promise<PopularProducts> {
    const board = boardOf(window, businessDayAt(this.clock.now(), this.zone));
    const { asOf, top, before } = await boardOrDatabase(
      () => this.readBoards(board, limit),
      () => this.coldBoards.read(board),
    );
    const ranked = top.slice(0, limit);
    const found = await this.products.byIds(ranked.map(({ productId }) => productId));
    const products = new Map(found.map((product) => [product.productId, product]));
    const items = ranked.flatMap(({ rank, productId, quantity }) => {
      const product = products.get(productId);
      if (product === undefined) return [];
      const { name, unitPrice } = product;
      const movement = movementOf(window, rank, before.get(productId) ?? null);
      return [{ rank, productId, name, unitPrice, quantity, movement }];
    });
    return { asOf, items };
  }

  /** Returns `null` if one of the boards is cold. */
  private async readBoards(board: WindowBoard, limit: number): Promise<RankedBoard | null> {
    const asOf = this.clock.now();
    const top = await this.board.top(board, limit);
    const dayBefore = boardBefore(board);
    if (top === null || dayBefore === null || top.length === 0) return top && { asOf, top, before: new Map() };
    const ids = top.map(({ productId }) => productId);
    const before = await this.board.ranks(dayBefore, ids);
    return before && { asOf, top, before };
  }
}
