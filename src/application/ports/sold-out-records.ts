import type { TimeZone } from "../../domain/business-day.js";
import type { ScheduleId } from "../../domain/ids.js";
import type { Board, SellOut } from "../../domain/sold-out.js";
import type { ScorePolicy } from "../../domain/sold-out-score.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** A sell-out with its concert's title. */
export type TitledSellOut = SellOut & { readonly title: string };

/** The sell-outs in the rows of their schedules. @throws DomainError `engine-unavailable` */
export interface SoldOutRecords {
  /**
   * Returns the best sell-outs of a board among those that `score` has scored by the policy, best first. Its cost does
   * not depend on the number of all sell-outs.
   */
  best(board: Board, policy: ScorePolicy, limit: number): Promise<readonly SellOut[]>;
  /** Reads the schedules that are sold out, in any order, by one query. */
  byIds(scheduleIds: readonly ScheduleId[]): Promise<readonly TitledSellOut[]>;
  /** Lists sell-outs with `from` ≤ `soldOutAt` < `to`, newest first. Returns `undefined` for an invalid cursor. */
  history(
    from: EpochMs | null,
    to: EpochMs | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<TitledSellOut> | undefined>;
  /**
   * Writes score, member and week to the rows of at most `limit` sell-outs that are new or were scored by another policy,
   * in a transaction of its own. Returns how many it scored.
   */
  score(policy: ScorePolicy, zone: TimeZone, limit: number): Promise<number>;
}
