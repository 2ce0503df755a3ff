import type { TimeZone } from "../../domain/business-day.js";
import { DomainError } from "../../domain/problem.js";
import { type Board, boardSize, boardsKeptAt } from "../../domain/sold-out.js";
import type { ScorePolicy } from "../../domain/sold-out-score.js";
import type { Comparison } from "../board/comparison.js";
import type { Clock } from "../ports/clock.js";
import type { SoldOutBoard } from "../ports/sold-out-board.js";
import type { SoldOutRecords } from "../ports/sold-out-records.js";

const scoreBatch = 500;
const maxTries = 5;

/** How sell-outs are scored, and in which time zone weeks begin. */
export type SoldOutRules = { readonly policy: ScorePolicy; readonly zone: TimeZone };

/** Compares sold-out boards with the sell-outs in the database and rewrites those that differ (S2). */
export class RebuildSoldOutBoard {
  private readonly board: SoldOutBoard;
  private readonly records: SoldOutRecords;
  private readonly clock: Clock;
  private readonly rules: SoldOutRules;

  constructor(board: SoldOutBoard, records: SoldOutRecords, clock: Clock, rules: SoldOutRules) {
    this.board = board;
    this.records = records;
    this.clock = clock;
    this.rules = rules;
  }

  /** Scores sell-outs that are new or were scored by another policy. The database ranks only sell-outs with a score. */
  async scoreNew(): Promise<void> {
    const { policy, zone } = this.rules;
    while ((await this.records.score(policy, zone, scoreBatch)) === scoreBatch);
  }

  /** Rebuilds one board. @throws DomainError `engine-unavailable` if new sell-outs prevented every attempt */
  async execute(board: Board): Promise<Comparison> {
    const { policy } = this.rules;
    await this.scoreNew();
    for (let tries = 0; tries < maxTries; tries += 1) {
      // The version is read first: a sell-out that is recorded after this read makes the write stale.
      const version = await this.board.version(board);
      const best = await this.records.best(board, policy, boardSize);
      const written = await this.board.write(board, policy, best, version);
      if (written.kind === "written") return { entries: best.length, drift: written.drift };
    }
    const cause = new Error(`sell-outs were recorded during each of ${maxTries} rebuilds of the board ${board.name}`);
    throw new DomainError({ code: "engine-unavailable", engine: "redis" }, cause);
  }

  /** Rebuilds every kept board. Returns how many members differed. */
  async all(): Promise<number> {
    let drift = 0;
    for (const board of boardsKeptAt(this.clock.now(), this.rules.zone)) drift += (await this.execute(board)).drift;
    return drift;
  }
}
