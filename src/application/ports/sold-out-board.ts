import type { Brand, ScheduleId } from "../../domain/ids.js";
import type { Board, SellOut } from "../../domain/sold-out.js";
import type { ScorePolicy } from "../../domain/sold-out-score.js";

/** Which sell-outs a board has been told of; another one after each `record`. */
export type BoardVersion = Brand<string, "BoardVersion">;

export type Written =
  /** The board is what was given; so many members were missing, too many, or of another score before. */
  | { readonly kind: "written"; readonly drift: number }
  /** A sell-out was recorded, or the board lost, since the version was asked for: read again. */
  | { readonly kind: "stale" };

/**
 * The best `boardSize` sell-outs of each board, in its policy's order. A board stands under one policy, named by a marker
 * beside it; without one, under another, or short of a member it is *cold*: nothing is known, and the database answers.
 * A weekly board is let go at its `keptUntil`; after that it is always cold, and every `write` is overtaken.
 * Every write is one atomic step that is safe to repeat. Unreachable: `DomainError` `engine-unavailable`.
 */
export interface SoldOutBoard {
  /** The best, `limit` at most (≥ 1); `null` where the board is cold under this policy. */
  top(board: Board, policy: ScorePolicy, limit: number): Promise<readonly ScheduleId[] | null>;
  /**
   * Ranks sell-outs that are committed; a schedule that is there already stays as it is. `cold`: the board cannot rank
   * them, and is cold for all from now on, for it no longer holds all that it should: the caller rebuilds it.
   */
  record(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[]): Promise<"recorded" | "cold">;
  /** To be asked for *before* the database is read for a `write`. */
  version(board: Board): Promise<BoardVersion>;
  /**
   * Makes the board what the database said, in one step, unless it was overtaken meanwhile. Readers see the board before
   * or after, never between. Sell-outs in any order; only the best `boardSize` stay. Two who write under one version are
   * both served.
   */
  write(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[], version: BoardVersion): Promise<Written>;
}
