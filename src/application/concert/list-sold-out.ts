import type { ScheduleId } from "../../domain/ids.js";
import type { Board } from "../../domain/sold-out.js";
import { type ScorePolicy, scoreOf } from "../../domain/sold-out-score.js";
import { boardOrDatabase } from "../board/board-availability.js";
import type { SoldOutBoard } from "../ports/sold-out-board.js";
import type { SoldOutRecords, TitledSellOut } from "../ports/sold-out-records.js";
import type { SoldOutRules } from "./rebuild-sold-out-board.js";

export type RankedSellOut = TitledSellOut & { readonly rank: number; readonly score: number };

/** Lists a sold-out board: one read of the board for the order and one query for titles and seats. */
export class ListSoldOut {
  private readonly board: SoldOutBoard;
  private readonly records: SoldOutRecords;
  private readonly policy: ScorePolicy;

  constructor(board: SoldOutBoard, records: SoldOutRecords, { policy }: SoldOutRules) {
    this.board = board;
    this.records = records;
    this.policy = policy;
  }

  /** @throws DomainError `engine-unavailable` if the database is unavailable */
  async execute(board: Board, limit: number): Promise<readonly RankedSellOut[]> {
    const scheduleIds = await boardOrDatabase(
      () => this.board.top(board, this.policy, limit),
      () => this.rankRecords(board, limit),
    );
    const sellOuts = await this.records.byIds(scheduleIds);
    const byId = new Map(sellOuts.map((sellOut) => [sellOut.scheduleId, sellOut]));
    return scheduleIds.flatMap((scheduleId, index) => {
      const sellOut = byId.get(scheduleId);
      return sellOut === undefined ? [] : [{ ...sellOut, rank: index + 1, score: scoreOf(this.policy, sellOut) }];
    });
  }

  private async rankRecords(board: Board, limit: number): Promise<readonly ScheduleId[]> {
    const best = await this.records.best(board, this.policy, limit);
    return best.map(({ scheduleId }) => scheduleId);
  }
}
