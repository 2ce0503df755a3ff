import type { Brand, ScheduleId } from "../../domain/ids.js";
import type { Board, SellOut } from "../../domain/sold-out.js";
import type { ScorePolicy } from "../../domain/sold-out-score.js";

/** Changes with every `record`. */
export type BoardVersion = Brand<string, "BoardVersion">;

export type Written =
  /** The board equals the given sell-outs. `drift` members were missing, extra or had another score before. */
  | { readonly kind: "written"; readonly drift: number }
  /** A sell-out was recorded or the board was lost since the version was read. Read the database again. */
  | { readonly kind: "stale" };

/**
 * The sold-out boards. Each holds the best `boardSize` sell-outs in the order of its policy, which its marker names.
 *
 * Without a marker, under another policy, or with a missing member, a board is *cold*: its reads return `null`. A weekly
 * board is removed at its `keptUntil`; after that it is always cold and every `write` is stale. Every write is one atomic
 * step that is safe to repeat.
 * @throws DomainError `engine-unavailable`
 */
export interface SoldOutBoard {
  /** Returns the best, at most `limit` (≥ 1), or `null` if the board is cold under this policy. */
  top(board: Board, policy: ScorePolicy, limit: number): Promise<readonly ScheduleId[] | null>;
  /**
   * Adds committed sell-outs. A schedule that is already on the board does not change. If the board is cold, it cannot
   * take them and stays cold for every policy: the caller rebuilds it.
   */
  record(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[]): Promise<"recorded" | "cold">;
  /** Reads the version for a later `write`. Call it *before* reading the database. */
  version(board: Board): Promise<BoardVersion>;
  /**
   * Replaces the board by the given sell-outs in one step, unless the version is stale. Readers see the board before or
   * after the write, never in between. The sell-outs may be in any order; the best `boardSize` remain. Two writers with
   * the same version both succeed.
   */
  write(board: Board, policy: ScorePolicy, sellOuts: readonly SellOut[], version: BoardVersion): Promise<Written>;
}
