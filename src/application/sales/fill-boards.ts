import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import { boardsToRemove, keptBoards, type WindowBoard } from "../../domain/sales-window.js";
import type { Clock } from "../ports/clock.js";
import type { SalesBoard } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";
import { raiseBoards } from "./raise-boards.js";
import { repairBoards } from "./repair-boards.js";

/** Products a page where all are gone through, so few that nobody else on this thread waits long; and a slice to check. */
const usualSizes = { page: 500, slice: 2000 };

/** Keeps the product boards what the database says, while sales go on raising them and readers go on reading. */
export class FillBoards {
  private lastChecked: ProductId | null = null;
  private readonly sales: SalesQueries;
  private readonly board: SalesBoard;
  private readonly clock: Clock;
  private readonly zone: TimeZone;
  private readonly sizes: typeof usualSizes;

  constructor(sales: SalesQueries, board: SalesBoard, clock: Clock, zone: TimeZone, sizes = usualSizes) {
    this.sales = sales;
    this.board = board;
    this.clock = clock;
    this.zone = zone;
    this.sizes = sizes;
  }

  /** Fills the kept boards that are cold, tomorrow's too, and lets go of those that nobody needs; how many were cold. */
  async fill(): Promise<number> {
    const cold = await this.board.cold(this.kept());
    const filling = new Map<WindowBoard, Awaited<ReturnType<SalesBoard["beginFill"]>>>();
    for (const board of cold) filling.set(board, await this.board.beginFill(board));
    const boards = cold.filter((board) => filling.get(board) !== null);
    if (boards.length > 0)
      for await (const productIds of this.pages())
        await raiseBoards(this.sales, this.board, boards, productIds, "in-turn");
    for (const board of boards) {
      const token = filling.get(board);
      // What was lost meanwhile is cold again, and met by the next run.
      if (token != null) await this.board.finishFill(board, token);
    }
    await this.board.remove(boardsToRemove(businessDayAt(this.clock.now(), this.zone)));
    return cold.length;
  }

  /** Compares the next slice of products on every kept board; how many scores differed. */
  async checkSlice(): Promise<number> {
    const productIds = await this.sales.soldAfter(this.lastChecked, this.sizes.slice);
    this.lastChecked = productIds.length < this.sizes.slice ? null : (productIds.at(-1) ?? null);
    return this.mend(productIds);
  }

  /** The same pass over all products. */
  async checkAll(): Promise<{ readonly entries: number; readonly drift: number }> {
    await this.fill();
    let [entries, drift] = [0, 0];
    for await (const productIds of this.pages()) {
      entries += productIds.length;
      drift += await this.mend(productIds);
    }
    return { entries, drift };
  }

  private kept(): readonly WindowBoard[] {
    return keptBoards(businessDayAt(this.clock.now(), this.zone));
  }

  private mend(productIds: readonly ProductId[]): Promise<number> {
    return repairBoards(this.sales, this.board, this.kept(), productIds);
  }

  private async *pages(): AsyncGenerator<readonly ProductId[]> {
    for (let last: ProductId | null = null; ; ) {
      const productIds: readonly ProductId[] = await this.sales.soldAfter(last, this.sizes.page);
      if (productIds.length > 0) yield productIds;
      last = productIds.at(-1) ?? null;
      if (productIds.length < this.sizes.page) return;
    }
  }
}
