import type { BusinessWeek } from "../../domain/business-day.js";
import type { EventOf } from "../../domain/event.js";
import { type Board, boardsKeptAt, sellOutFrom, weekOf } from "../../domain/sold-out.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { BoardNotices } from "../ports/notices.js";
import type { SoldOutBoard } from "../ports/sold-out-board.js";
import type { RebuildSoldOutBoard, SoldOutRules } from "./rebuild-sold-out-board.js";

/** Adds sell-outs to their boards. Repeated and late events change nothing. */
export class RankSoldOut implements Reaction<"schedule.sold-out"> {
  private readonly board: SoldOutBoard;
  private readonly rebuild: RebuildSoldOutBoard;
  private readonly notices: BoardNotices;
  private readonly clock: Clock;
  private readonly rules: SoldOutRules;

  constructor(
    board: SoldOutBoard,
    rebuild: RebuildSoldOutBoard,
    notices: BoardNotices,
    clock: Clock,
    rules: SoldOutRules,
  ) {
    this.board = board;
    this.rebuild = rebuild;
    this.notices = notices;
    this.clock = clock;
    this.rules = rules;
  }

  async execute(events: readonly EventOf<"schedule.sold-out">[]): Promise<void> {
    const { policy, zone } = this.rules;
    const sellOuts = events.map(sellOutFrom);
    await this.rebuild.scoreNew();
    for (const board of boardsKeptAt(this.clock.now(), zone)) {
      const added = sellOuts.filter((sellOut) => belongsOn(board, weekOf(sellOut, zone)));
      if (added.length === 0) continue;
      const recorded = await this.board.record(board, policy, added);
      if (recorded === "cold") await this.rebuild.execute(board);
    }
    this.notices.announce(["sold-out"]);
  }
}

const belongsOn = (board: Board, week: BusinessWeek): boolean => board.name === "fastest" || board.week === week;
