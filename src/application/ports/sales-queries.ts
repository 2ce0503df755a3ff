import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { DayRow, Drift } from "../../domain/sale.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { Page } from "./page.js";
import type { ProductTotal, RankedProduct } from "./sales-board.js";

/** Plain reads of booked sales and their totals. @throws DomainError `engine-unavailable` */
export interface SalesQueries {
  /** Reads the products' totals for every board in one query. A product without sales on a board is missing from it. */
  totals(
    boards: readonly WindowBoard[],
    productIds: readonly ProductId[],
  ): Promise<readonly { readonly board: WindowBoard; readonly totals: readonly ProductTotal[] }[]>;
  /** Reads products that were ever sold, in id order, those after `last`, at most `limit`. */
  soldAfter(last: ProductId | null, limit: number): Promise<readonly ProductId[]>;
  /** As `soldAfter`, for products that have a sale or a row of the day, so that a missing one of the two is found. */
  soldOn(day: BusinessDay, last: ProductId | null, limit: number): Promise<readonly ProductId[]>;
  /** Ranks a board by a query over all products. Returns the best `limit` and the ranks of `others`. */
  rank(board: WindowBoard, limit: number, others: readonly ProductId[]): Promise<readonly RankedProduct[]>;
  /** Reads sales that are not booked, in id order, those after `last`, at most `limit`. */
  unbooked(limit: number, last?: SaleId | null): Promise<readonly SaleId[]>;
  /** Returns the business days of these sales. */
  daysOf(saleIds: readonly SaleId[]): Promise<ReadonlySet<BusinessDay>>;
  /** Finds the first day after `after` (`null`: of all) and before `before` that has sales or rows and is not closed. */
  nextOpenDay(after: BusinessDay | null, before: BusinessDay): Promise<BusinessDay | null>;
  /** Lists the rows of closed days by day and product. Returns `undefined` for an invalid cursor. */
  days(
    from: BusinessDay,
    to: BusinessDay,
    productId: ProductId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<DayRow & { readonly businessDay: BusinessDay }> | undefined>;
  /** Lists the stored drift by day and product. Returns `undefined` for an invalid cursor. */
  drifts(from: BusinessDay, to: BusinessDay, cursor: string | null, limit: number): Promise<Page<DayDrift> | undefined>;
}

export type DayDrift = Drift & { readonly businessDay: BusinessDay };

/** The result of closing a day. */
export type ClosedDay = { readonly businessDay: BusinessDay; readonly rows: number; readonly drift: readonly Drift[] };
