import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { EventOf } from "../../domain/event.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { Sale } from "../../domain/sale.js";
import { boardsHolding } from "../../domain/sales-window.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { BoardNotices } from "../ports/notices.js";
import type { SalesBoard } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { isBoardsAway, raiseBoards } from "./raise-boards.js";

const sliceSize = 500;

/** Where sales are counted. */
export type SalesPorts = {
  readonly work: UnitOfWork;
  readonly sales: SalesQueries;
  readonly board: SalesBoard;
};

/** Books sales, a batch a transaction, once each; then, after the commit, raises the boards of their days. */
export class BookSales implements Reaction<"product.sold"> {
  private readonly ports: SalesPorts;
  private readonly notices: BoardNotices;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(ports: SalesPorts, notices: BoardNotices, clock: Clock, zone: TimeZone) {
    this.ports = ports;
    this.notices = notices;
    this.clock = clock;
    this.zone = zone;
  }

  /** Boards are raised for all the events, those that were booked before as well: their raise may have failed. */
  async execute(events: readonly EventOf<"product.sold">[]): Promise<void> {
    await this.book(events.map(({ data }) => data.saleId));
    await this.raise(events.map(({ data }) => data));
  }

  /** Books every sale that is still unbooked, of whatever day; how many. */
  async bookUnbooked(): Promise<number> {
    for (let total = 0; ; ) {
      const saleIds = await this.ports.sales.unbooked(sliceSize);
      // None, where another node was faster with all of them: then there may be more yet.
      const booked = await this.book(saleIds);
      await this.raise(booked);
      total += booked.length;
      if (saleIds.length < sliceSize) return total;
    }
  }

  private async book(saleIds: readonly SaleId[]): Promise<readonly Sale[]> {
    if (saleIds.length === 0) return [];
    return this.ports.work.run(async (tx) => {
      const unbooked = await tx.sales.lockUnbooked(saleIds);
      await tx.sales.book(unbooked);
      return unbooked;
    });
  }

  private async raise(sold: readonly Pick<Sale, "productId" | "businessDay">[]): Promise<void> {
    if (sold.length === 0) return;
    const { sales, board } = this.ports;
    const today = businessDayAt(this.clock.now(), this.zone);
    const days = [...new Set(sold.map(({ businessDay }) => businessDay))];
    const boards = [...new Map(days.flatMap((day) => boardsHolding(day, today)).map((b) => [keyOf(b), b])).values()];
    const products: readonly ProductId[] = [...new Set(sold.map(({ productId }) => productId))];
    try {
      await raiseBoards(sales, board, boards, products, "together");
    } catch (error) {
      // Redis away: its boards come back cold, or are healed by the slices, so booking goes on without it.
      if (!isBoardsAway(error)) throw error;
    }
    this.notices.announce(["products"]);
  }
}

const keyOf = ({ window, lastDay }: { readonly window: string; readonly lastDay: string | null }): string =>
  `${window}:${lastDay}`;
