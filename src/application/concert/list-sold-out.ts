import type { ScheduleId } from "../../domain/ids.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import type { Board } from "../../domain/sold-out.js";
import { type ScorePolicy, scoreOf } from "../../domain/sold-out-score.js";
import type { SoldOutBoard } from "../ports/sold-out-board.js";
import type { SoldOutRecords, TitledSellOut } from "../ports/sold-out-records.js";

export type RankedSellOut = TitledSellOut & { readonly rank: number; readonly score: number };

/** Reads a board: its order from the board, titles and seats by one query; cold, or away, all of it by the database. */
export class ListSoldOut {
  private readonly board: SoldOutBoard;
  private readonly records: SoldOutRecords;
  private readonly policy: ScorePolicy;

  constructor(board: SoldOutBoard, records: SoldOutRecords, policy: ScorePolicy) {
    this.board = board;
    this.records = records;
    this.policy = policy;
  }

  /** @throws DomainError `engine-unavailable` where the database does not answer */
  async execute(board: Board, limit: number): Promise<readonly RankedSellOut[]> {
    const scheduleIds = (await this.ranked(board, limit)) ?? (await this.recorded(board, limit));
    const sellOuts = await this.records.byIds(scheduleIds);
    const byId = new Map(sellOuts.map((sellOut) => [sellOut.scheduleId, sellOut]));
    return scheduleIds.flatMap((scheduleId, index) => {
      const sellOut = byId.get(scheduleId);
      return sellOut === undefined ? [] : [{ ...sellOut, rank: index + 1, score: scoreOf(this.policy, sellOut) }];
    });
  }

  private async ranked(board: Board, limit: number): Promise<readonly ScheduleId[] | null> {
    try {
      return await this.board.top(board, this.policy, limit);
    } catch (error) {
      if (isBackendUnavailable(error)) return null;
      throw error;
    }
  }

  private async recorded(board: Board, limit: number): Promise<readonly ScheduleId[]> {
    const best = await this.records.best(board, this.policy, limit);
    return best.map(({ scheduleId }) => scheduleId);
  }
}
