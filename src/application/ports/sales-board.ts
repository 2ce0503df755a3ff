import type { Brand, ProductId } from "../../domain/ids.js";
import type { WindowBoard } from "../../domain/sales-window.js";

/** The units of a product that were sold within a board's days: the absolute number, never a difference. */
export type ProductTotal = { readonly productId: ProductId; readonly quantity: number };

export type RankedProduct = ProductTotal & {
  /** 1, 2, 3, never shared. Of products with equal quantity, the greater id in byte order comes first. */
  readonly rank: number;
};

/** Lowers a score from `seen` to `quantity`, which was read from the database after `seen`. 0 removes the product. */
export type Correction = ProductTotal & { readonly seen: number };

/** Identifies one attempt to fill a cold board. */
export type FillToken = Brand<string, "FillToken">;

/**
 * The product boards. Writers read totals from the database after their commit and raise boards to them, so calls may be
 * repeated, reordered and late.
 *
 * A board may be lost or rewound at any time. Then it is *cold*: it accepts writes, but its reads return `null` until it
 * has been filled. Every write is one step that is safe to repeat.
 * @throws DomainError `engine-unavailable`
 */
export interface SalesBoard {
  /** Raises lower scores to the totals, in any number of steps. A total that is not above the score changes nothing. */
  raise(board: WindowBoard, totals: readonly ProductTotal[]): Promise<void>;

  /** Returns the best sellers, at most `limit`, or `null` if the board is cold. */
  top(board: WindowBoard, limit: number): Promise<readonly RankedProduct[] | null>;
  /** Returns the ranks of the given products that are on the board, or `null` if the board is cold. */
  ranks(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number> | null>;
  /** Returns the scores of the given products that are on the board, also if the board is cold. */
  scores(board: WindowBoard, productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>>;
  /** Returns which of the boards are cold. */
  cold(boards: readonly WindowBoard[]): Promise<readonly WindowBoard[]>;

  /**
   * Lowers each score that still equals `seen`. Read the scores first and the totals second, because a sale in between
   * only increases the total. Afterwards read the totals again and raise to them, because this call may run late.
   */
  lower(board: WindowBoard, corrections: readonly Correction[]): Promise<void>;

  /** Begins to fill a cold board in place and cancels any other attempt. Returns `null` if the board is ready. */
  beginFill(board: WindowBoard): Promise<FillToken | null>;
  /**
   * Makes the board ready. Call it after every product's total has been read and raised since `beginFill`. Returns
   * `false` if the board lost data or another attempt began in between: then begin again.
   */
  finishFill(board: WindowBoard, token: FillToken): Promise<boolean>;

  /** Removes boards. */
  remove(boards: readonly WindowBoard[]): Promise<void>;
}
