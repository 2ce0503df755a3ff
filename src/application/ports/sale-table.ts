import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { DayRow, Drift, Sale } from "../../domain/sale.js";
import type { EpochMs } from "../../domain/time.js";

/** Sales, and what they add up to, inside a transaction. */
export interface SaleTable {
  /** Inserts sales that are new, not booked yet; an id that is known is passed over: each counts once for ever. */
  add(sales: readonly Sale[]): Promise<void>;
  /** The same, and answers those that were new: of several who tell of a sale at once, one hears that it was. */
  addNew(sales: readonly Sale[]): Promise<readonly Sale[]>;
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
  /** Keeps what drifted on the day, in place of what drifted of the same product before. */
  saveDrift(day: BusinessDay, drift: readonly Drift[]): Promise<void>;
  /** Stamps the day closed; a day that has a stamp keeps it. */
  stampDay(day: BusinessDay, at: EpochMs): Promise<void>;
}
