import type { Operator } from "../../domain/admin-log.js";
import type { TimeZone } from "../../domain/business-day.js";
import { boardsKeptAt } from "../../domain/sold-out.js";
import type { RebuildSoldOutBoard } from "../concert/rebuild-sold-out-board.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { CompareBoards } from "../sales/compare-boards.js";
import type { Comparison } from "./comparison.js";

/** The boards that an operator can rebuild: the product boards of all windows, or a kind of sold-out boards. */
export type RebuildableBoard = "products" | "fastest" | "weekly";

/** Compares the kept boards of one kind with the database and repairs them, for an operator. */
export class RebuildBoard {
  private readonly work: UnitOfWork;
  private readonly products: CompareBoards;
  private readonly soldOut: RebuildSoldOutBoard;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(work: UnitOfWork, products: CompareBoards, soldOut: RebuildSoldOutBoard, clock: Clock, zone: TimeZone) {
    this.work = work;
    this.products = products;
    this.soldOut = soldOut;
    this.clock = clock;
    this.zone = zone;
  }

  /** @throws DomainError `engine-unavailable` */
  async execute(board: RebuildableBoard, operator: Operator): Promise<Comparison> {
    // Boards are not in the database, so the log is written first: a rebuild that fails halfway is in it.
    await this.work.run((tx) => tx.adminLog.add(operator, "board.rebuilt", board, this.clock.now()));
    if (board === "products") return this.products.all();
    let [entries, drift] = [0, 0];
    for (const kept of boardsKeptAt(this.clock.now(), this.zone)) {
      if (kept.name !== board) continue;
      const rebuilt = await this.soldOut.execute(kept);
      entries += rebuilt.entries;
      drift += rebuilt.drift;
    }
    return { entries, drift };
  }
}
