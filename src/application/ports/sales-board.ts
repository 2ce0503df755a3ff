import type { Brand, ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";

/** Units of a product sold within a board's days, as the database has them: absolute, never a difference. */
export type ProductTotal = { readonly productId: ProductId; readonly quantity: number };

export type RankedProduct = ProductTotal & {
  /** 1, 2, 3 without sharing; of equal quantities the greater product id, in byte order, comes first. */
  readonly rank: number;
};

/** A score to lower from what was seen on the board to what the database said after that; 0 takes the product off. */
export type Correction = ProductTotal & { readonly seen: number };

/** One attempt to fill a cold board. */
export type FillToken = Brand<string, "FillToken">;

/**
 * The products of each board, best sold first. Whoever writes reads the totals from the database after its commit and
 * raises the board to them, so calls may be repeated, reordered and late. A board may vanish or go back in time at any
 * moment; then it is *cold*: it takes totals but is not read until it has been filled. Every write is one step that is
 * safe to repeat. Unreachable: `DomainError` `engine-unavailable`.
 */
export interface SalesBoard {
  /** Raises what is lower, in any number of steps; a total that is not above the board's changes nothing. */
  raise(board: WindowBoard, totals: readonly ProductTotal[]): Promise<void>;

  /** The best sold, at most `limit`; `null` where the board is cold. */
  top(board: WindowBoard, limit: number): Promise<readonly RankedProduct[] | null>;
  /** The ranks of those of the products that are on the board; `null` where it is cold. */
  ranks(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number> | null>;
  /** The scores of those of the products that are on the board, be it cold or not. */
  scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>>;
  /** Those of the boards that are cold. */
  cold(boards: readonly WindowBoard[]): Promise<readonly WindowBoard[]>;

  /**
   * Lowers each score that is still the one seen. Read scores first and totals then, for a sale in between only makes
   * the total greater; and afterwards read the totals again and raise to them, for a call may be carried out late.
   */
  lower(board: WindowBoard, corrections: readonly Correction[]): Promise<void>;

  /** Begins to fill a cold board in place, and ends any other attempt to; `null` where it is ready already. */
  beginFill(board: WindowBoard): Promise<FillToken | null>;
  /**
   * Makes the board ready, after every product's total was read and raised since `beginFill`.
   * Answers whether it is: not if it lost anything meanwhile, or another attempt began; then begin again.
   */
  finishFill(board: WindowBoard, token: FillToken): Promise<boolean>;

  /** Lets boards go at once. */
  remove(boards: readonly WindowBoard[]): Promise<void>;
}
