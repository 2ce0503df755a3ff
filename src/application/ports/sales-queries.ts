import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { DayRow, Drift } from "../../domain/sale.js";
import type { WindowBoard } from "../../domain/sales-window.js";
import type { Page } from "./page.js";
import type { ProductTotal, RankedProduct } from "./sales-board.js";

/** What booked sales add up to. Plain reads; unreachable: `DomainError` `engine-unavailable`. */
export interface SalesQueries {
  /** Each board's totals of the products, in one query; a product without sales on a board is left out of it. */
  totals(
    boards: readonly WindowBoard[],
    productIds: readonly ProductId[],
  ): Promise<readonly { readonly board: WindowBoard; readonly totals: readonly ProductTotal[] }[]>;
  /** Products that were ever sold, by id, those after `last`, at most `limit`. */
  soldAfter(last: ProductId | null, limit: number): Promise<readonly ProductId[]>;
  /** The same of one day: those that have sales of it or a row, so that whichever is missing shows. */
  soldOn(day: BusinessDay, last: ProductId | null, limit: number): Promise<readonly ProductId[]>;
  /** A board as the database ranks it: the best `limit`, and the ranks of these others. It looks at every product. */
  rank(board: WindowBoard, limit: number, others: readonly ProductId[]): Promise<readonly RankedProduct[]>;
  /** Sales that are not booked, oldest id first, at most `limit`. */
  unbooked(limit: number): Promise<readonly SaleId[]>;
  /** The first day after `after` (`null`: ever) and before `before` that has sales, or rows, and no stamp. */
  nextUnstampedDay(after: BusinessDay | null, before: BusinessDay): Promise<BusinessDay | null>;
  /** Rows of stamped days, by day and product; a bad cursor: `undefined`. */
  days(
    from: BusinessDay,
    to: BusinessDay,
    productId: ProductId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<DayRow & { readonly businessDay: BusinessDay }> | undefined>;
  /** What differed when days were closed, as kept, by day and product; a bad cursor: `undefined`. */
  drifts(
    from: BusinessDay,
    to: BusinessDay,
    cursor: string | null,
    limit: number,
  ): Promise<Page<KeptDrift> | undefined>;
}

export type KeptDrift = Drift & { readonly businessDay: BusinessDay };

/** A day that was closed. */
export type ClosedDay = { readonly businessDay: BusinessDay; readonly rows: number; readonly drift: readonly Drift[] };
