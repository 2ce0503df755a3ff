import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { DayRow, Drift, Sale } from "../../domain/sale.js";
import type { EpochMs } from "../../domain/time.js";

/** Sales, and what they add up to, inside a transaction. */
export interface SaleTable {
  /** Which of the ids are sales already. */
  known(saleIds: readonly SaleId[]): Promise<ReadonlySet<SaleId>>;
  /** Inserts sales that are new, not booked yet; an id that is known is passed over: each counts once for ever. */
  add(sales: readonly Sale[]): Promise<void>;
  /** Locks those of the sales that are not booked yet, in id order. */
  lockUnbooked(saleIds: readonly SaleId[]): Promise<readonly Sale[]>;
  /** Adds locked sales to their days and to their products' totals, and marks them booked. */
  book(sales: readonly Sale[]): Promise<void>;
  /**
   * Locks the day's rows of the products, those missing inserted as 0 before, and reads them. Must come before anything
   * else that the transaction reads: an older view of the sales would undo a booking.
   */
  lockDay(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]>;
  /** What the booked sales of the day add up to, of those of the products that have any. */
  sumDay(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]>;
  /** Writes locked rows as the sales say. */
  saveDay(day: BusinessDay, rows: readonly DayRow[]): Promise<void>;
  /** Stamps the day closed, and keeps its drift in place of any kept before. */
  stampDay(day: BusinessDay, drift: readonly Drift[], at: EpochMs): Promise<void>;
}
