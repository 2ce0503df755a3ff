import type { TimeZone } from "../../domain/business-day.js";
import type { EventOf } from "../../domain/event.js";
import type { SaleId } from "../../domain/ids.js";
import type { Sale } from "../../domain/sale.js";
import { raisedBoards } from "../../domain/sales-window.js";
import { attemptBatch, type FailedItem } from "../attempt-batch.js";
import { ifAvailable } from "../board/board-availability.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { BoardNotices } from "../ports/notices.js";
import { raiseBoards } from "./raise-boards.js";
import type { SalesPorts } from "./sales-ports.js";

const batchSize = 500;

/** Books sales once each, one transaction per batch, and raises the boards of their days after the commit. */
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

  /** Raises the boards also for sales that are already booked, because their earlier raise may have failed. */
  async execute(events: readonly EventOf<"product.sold">[]): Promise<void> {
    await this.book(events.map(({ data }) => data.saleId));
    await this.raise(events.map(({ data }) => data));
  }

  /** Books every unbooked sale of any day. Returns how many it booked, and the sales that could not be booked. */
  async bookUnbooked(): Promise<{ readonly booked: number; readonly failed: readonly FailedItem<SaleId>[] }> {
    const failed: FailedItem<SaleId>[] = [];
    let total = 0;
    for (let last: SaleId | null = null; ; ) {
      const saleIds: readonly SaleId[] = await this.ports.sales.unbooked(batchSize, last);
      const failedOfPage = await attemptBatch(saleIds, async (part) => {
        // Another node may have booked some or all of these in between.
        const booked = await this.book(part);
        await this.raise(booked);
        total += booked.length;
      });
      failed.push(...failedOfPage);
      if (saleIds.length < batchSize) return { booked: total, failed };
      last = saleIds.at(-1) ?? null;
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
    const days = new Set(sold.map(({ businessDay }) => businessDay));
    const products = [...new Set(sold.map(({ productId }) => productId))];
    // The time is read after the commit. A fill of boards that are not yet raised begins later and reads these sales.
    const boards = raisedBoards(days, this.clock.now(), this.zone);
    await ifAvailable(() => raiseBoards(this.ports, boards, products, "concurrently"));
    this.notices.announce(["products"]);
  }
}
