import type { Operator } from "../../domain/admin-log.js";
import { type BusinessDay, businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { ProductId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { Drift } from "../../domain/sale.js";
import { keptBoards } from "../../domain/sales-window.js";
import { attemptEach, type FailedItem, throwFirst } from "../attempt-batch.js";
import type { Clock } from "../ports/clock.js";
import type { ClosedDay } from "../ports/sales-queries.js";
import type { BookSales } from "./book-sales.js";
import { closeDayPage, type Fence } from "./close-day-page.js";
import { productPages } from "./product-pages.js";
import type { SalesPorts } from "./sales-ports.js";

/** The most drift that is reported and stored per day. */
const maxDrift = 10_000;

/** The fence of an operator, who has no lease. */
const noLease: Fence = async () => {};

/** Closes business days: corrects their rows to the sums of their sales, to the unit, and reports the drift (D1, D2). */
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

  /** Closes one day for an operator. Closing it again finds no drift and changes nothing. @throws DomainError `day-not-closed` */
  async execute(day: BusinessDay, operator: Operator): Promise<ClosedDay> {
    const today = this.today();
    if (day >= today) throw new DomainError({ code: "day-not-closed", businessDay: day, today });
    // Each page is a transaction, so the log is written first: a close that fails halfway is in it.
    await this.ports.work.run((tx) => tx.adminLog.add(operator, "day.closed", day, this.clock.now()));
    const unbooked = await this.bookAll();
    if (unbooked.days.has(day)) throwFirst(unbooked.failed);
    return this.close(day, noLease);
  }

  /**
   * Books every unbooked sale, then closes every day that is over and not closed. Passes each to `onClosed`.
   * @throws the first error of a sale or a day that failed, after all other days were closed
   */
  async closeDueDays(fence: Fence, onClosed: (day: ClosedDay) => void = () => {}): Promise<readonly ClosedDay[]> {
    const unbooked = await this.bookAll();
    const closed: ClosedDay[] = [];
    const failed: FailedItem<unknown>[] = [...unbooked.failed];
    for (let last: BusinessDay | null = null; ; ) {
      last = await this.ports.sales.nextOpenDay(last, this.today());
      if (last === null) break;
      // A day stays open while one of its sales cannot be booked.
      if (unbooked.days.has(last)) continue;
      const attempts = await attemptEach([last], async (day) => {
        closed.push(await this.close(day, fence));
      });
      failed.push(...attempts);
      if (attempts.length === 0) onClosed(closed.at(-1) as ClosedDay);
    }
    throwFirst(failed);
    return closed;
  }

  /** Books every unbooked sale. Returns the failures and the days of the sales that could not be booked. */
  private async bookAll() {
    const { failed } = await this.bookSales.bookUnbooked();
    const saleIds = failed.map(({ item }) => item);
    const days = failed.length === 0 ? new Set<BusinessDay>() : await this.ports.sales.daysOf(saleIds);
    return { failed, days };
  }

  private async close(day: BusinessDay, fence: Fence): Promise<ClosedDay> {
    const drift: Drift[] = [];
    let rows = 0;
    const readAfter = (last: ProductId | null, limit: number) => this.ports.sales.soldOn(day, last, limit);
    for await (const productIds of productPages(readAfter, this.pageSize)) {
      const kept = keptBoards(this.clock.now(), this.zone);
      const page = { day, kept, productIds, driftLeft: maxDrift - drift.length };
      const found = await closeDayPage(this.ports, page, fence);
      drift.push(...found.slice(0, page.driftLeft));
      rows += productIds.length;
    }
    await this.ports.work.run(async (tx) => {
      await fence(tx);
      await tx.sales.recordClosedDay(day, this.clock.now());
    });
    return { businessDay: day, rows, drift };
  }

  private today(): BusinessDay {
    return businessDayAt(this.clock.now(), this.zone);
  }
}
