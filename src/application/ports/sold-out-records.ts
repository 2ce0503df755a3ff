import type { TimeZone } from "../../domain/business-day.js";
import type { ScheduleId } from "../../domain/ids.js";
import type { Board, SellOut } from "../../domain/sold-out.js";
import type { ScorePolicy } from "../../domain/sold-out-score.js";
import type { EpochMs } from "../../domain/time.js";
import type { Page } from "./page.js";

/** A sell-out with its concert's title. */
export type TitledSellOut = SellOut & { readonly title: string };

/** Sell-outs as the schedules' rows record them. Unreachable: `DomainError` `engine-unavailable`. */
export interface SoldOutRecords {
  /** The best of a board among those rated by the policy, best first; as fast whatever the number of sell-outs ever. */
  best(board: Board, policy: ScorePolicy, limit: number): Promise<readonly SellOut[]>;
  /** Those that exist, in any order, in one query. */
  byIds(scheduleIds: readonly ScheduleId[]): Promise<readonly TitledSellOut[]>;
  /** Every sell-out with `from` ≤ time < `to`, newest first; a bad cursor: `undefined`. */
  history(
    from: EpochMs | null,
    to: EpochMs | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<TitledSellOut> | undefined>;
  /**
   * Rates at most `limit` sell-outs that are new, or were rated by another policy, so that `best` finds them: score,
   * member and week go into their rows, in a transaction of its own. Answers how many there were.
   */
  score(policy: ScorePolicy, zone: TimeZone, limit: number): Promise<number>;
}
