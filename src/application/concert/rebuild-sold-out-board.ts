import type { TimeZone } from "../../domain/business-day.js";
import { DomainError } from "../../domain/problem.js";
import { type Board, boardSize, boardsKeptAt } from "../../domain/sold-out.js";
import type { ScorePolicy } from "../../domain/sold-out-score.js";
import type { Clock } from "../ports/clock.js";
import type { SoldOutBoard } from "../ports/sold-out-board.js";
import type { SoldOutRecords } from "../ports/sold-out-records.js";

const ratedAtOnce = 500;
const mostTries = 5;

/** How sell-outs are ranked here. */
export type Ranking = { readonly policy: ScorePolicy; readonly zone: TimeZone };
/** `entries` the board holds now; `drift` of its members were missing, too many or wrong. */
export type Rebuilt = { readonly entries: number; readonly drift: number };

/** Compares boards with the sell-outs in the database, and writes anew what differs (S2). */
export class RebuildSoldOutBoard {
  private readonly board: SoldOutBoard;
  private readonly records: SoldOutRecords;
  private readonly clock: Clock;
  private readonly ranking: Ranking;

  constructor(board: SoldOutBoard, records: SoldOutRecords, clock: Clock, ranking: Ranking) {
    this.board = board;
    this.records = records;
    this.clock = clock;
    this.ranking = ranking;
  }

  /** Rates sell-outs that are new, or were rated by another policy; the database answers by what is rated. */
  async scoreNew(): Promise<void> {
    const { policy, zone } = this.ranking;
    while ((await this.records.score(policy, zone, ratedAtOnce)) === ratedAtOnce);
  }

  /** One board. @throws DomainError `engine-unavailable` where sell-outs overtake it again and again: try later */
  async execute(board: Board): Promise<Rebuilt> {
    const { policy } = this.ranking;
    await this.scoreNew();
    for (let tries = 0; tries < mostTries; tries += 1) {
      // The version first: what is recorded after this read overtakes the write.
      const version = await this.board.version(board);
      const best = await this.records.best(board, policy, boardSize);
      const written = await this.board.write(board, policy, best, version);
      if (written.kind === "written") return { entries: best.length, drift: written.drift };
    }
    const overtaken = new Error(`the board ${board.name} was overtaken ${mostTries} times`);
    throw new DomainError({ code: "engine-unavailable", engine: "redis" }, overtaken);
  }

  /** Every board that is kept; how many members differed. */
  async all(): Promise<number> {
    let drift = 0;
    for (const board of boardsKeptAt(this.clock.now(), this.ranking.zone)) drift += (await this.execute(board)).drift;
    return drift;
  }
}
