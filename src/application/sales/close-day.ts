import { type BusinessDay, businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { DayRow, Drift } from "../../domain/sale.js";
import { boardOf, keptBoards } from "../../domain/sales-window.js";
import type { Clock } from "../ports/clock.js";
import type { ClosedDay } from "../ports/sales-queries.js";
import type { Transaction } from "../ports/transaction.js";
import type { BookSales, SalesPorts } from "./book-sales.js";
import { isBoardsAway } from "./raise-boards.js";
import { repairBoards } from "./repair-boards.js";

/** Drift that is told of a day: enough to see what happened, however wrong all of it was. */
const mostDrift = 10_000;

/** Guards a night's writes: throws where this node's turn is over. */
export type Fence = (tx: Transaction) => Promise<void>;
const unfenced: Fence = async () => {};

type DayPage = {
  readonly productIds: readonly ProductId[];
  readonly onBoard: ReadonlyMap<ProductId, number> | null;
  /** How many that differ may still be told of. */
  readonly told: number;
};

/** Writes days down as their sales say, to the unit, and tells what disagreed (D1, D2). */
export class CloseDay {
  private readonly ports: SalesPorts;
  private readonly bookSales: BookSales;
  private readonly clock: Clock;
  private readonly zone: TimeZone;
  private readonly pageSize: number;

  constructor(ports: SalesPorts, bookSales: BookSales, clock: Clock, zone: TimeZone, pageSize = 2000) {
    this.ports = ports;
    this.bookSales = bookSales;
    this.clock = clock;
    this.zone = zone;
    this.pageSize = pageSize;
  }

  /** Closes one day; closing it again finds no drift and changes nothing. @throws DomainError `day-not-closed` */
  async execute(day: BusinessDay, fence: Fence = unfenced): Promise<ClosedDay> {
    const today = this.today();
    if (day >= today) throw new DomainError({ code: "day-not-closed", businessDay: day, today });
    await this.bookSales.bookUnbooked();
    return this.close(day, fence);
  }

  /** Books what is unbooked, then closes every day that is over and has no stamp. */
  async closeDueDays(fence: Fence): Promise<readonly ClosedDay[]> {
    await this.bookSales.bookUnbooked();
    const closed: ClosedDay[] = [];
    for (let last: BusinessDay | null = null; ; ) {
      last = await this.ports.sales.nextUnstampedDay(last, this.today());
      if (last === null) return closed;
      closed.push(await this.close(last, fence));
    }
  }

  private async close(day: BusinessDay, fence: Fence): Promise<ClosedDay> {
    const { pageSize } = this;
    const { work, sales } = this.ports;
    const drift: Drift[] = [];
    let rows = 0;
    for (let last: ProductId | null = null; ; ) {
      const productIds: readonly ProductId[] = await sales.soldOn(day, last, pageSize);
      rows += productIds.length;
      const onBoard = await this.onBoard(day, productIds);
      const told = mostDrift - drift.length;
      const differed = await work.run((tx) => this.closePage(tx, day, { productIds, onBoard, told }, fence));
      await this.healBoards(differed.map(({ productId }) => productId));
      drift.push(...differed.slice(0, told));
      if (productIds.length < pageSize) break;
      last = productIds.at(-1) ?? null;
    }
    await work.run(async (tx) => {
      await fence(tx);
      await tx.sales.stampDay(day, this.clock.now());
    });
    return { businessDay: day, rows, drift };
  }

  private async closePage(
    tx: Transaction,
    day: BusinessDay,
    { productIds, onBoard, told }: DayPage,
    fence: Fence,
  ): Promise<readonly Drift[]> {
    if (productIds.length === 0) return [];
    const rows = new Map((await tx.sales.lockDay(day, productIds)).map((row) => [row.productId, row]));
    await fence(tx);
    const sums = new Map((await tx.sales.sumDay(day, productIds)).map((row) => [row.productId, row]));
    const wrong: DayRow[] = [];
    const drift = productIds.flatMap((productId): Drift[] => {
      const due = sums.get(productId) ?? { productId, quantity: 0, revenue: 0 };
      const row = rows.get(productId);
      const rowIsRight = row?.quantity === due.quantity && row.revenue === due.revenue;
      if (!rowIsRight) wrong.push(due);
      const board = onBoard === null ? null : (onBoard.get(productId) ?? 0);
      return rowIsRight && (board === null || board === due.quantity)
        ? []
        : [{ productId, board, sales: due.quantity }];
    });
    await tx.sales.saveDay(day, wrong);
    // With what it tells of, so that a crash half-way forgets none.
    await tx.sales.saveDrift(day, drift.slice(0, told));
    return drift;
  }

  /** The day's board, before its rows are read; `null` where it is not kept any more, cold, or Redis is away. */
  private async onBoard(day: BusinessDay, productIds: readonly ProductId[]) {
    const board = boardOf("1d", day);
    const isKept = keptBoards(this.today()).some(({ window, lastDay }) => window === "1d" && lastDay === day);
    try {
      if (!isKept || (await this.ports.board.cold([board])).length > 0) return null;
      return await this.ports.board.scores(board, productIds);
    } catch (error) {
      if (isBoardsAway(error)) return null;
      throw error;
    }
  }

  private async healBoards(productIds: readonly ProductId[]): Promise<void> {
    if (productIds.length === 0) return;
    const { sales, board } = this.ports;
    try {
      await repairBoards(sales, board, keptBoards(this.today()), productIds);
    } catch (error) {
      if (!isBoardsAway(error)) throw error;
    }
  }

  private today(): BusinessDay {
    return businessDayAt(this.clock.now(), this.zone);
  }
}
