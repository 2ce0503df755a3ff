import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { DayRow, Drift, Sale } from "../../domain/sale.js";
import type { EpochMs } from "../../domain/time.js";

/** The sales and their totals, inside a transaction. */
export interface SaleTable {
  /** Inserts new sales, not booked yet. It skips known ids, because each id counts once, forever. */
  add(sales: readonly Sale[]): Promise<void>;
  /** As `add`, and returns the sales that were new. Of several concurrent calls with one id, one returns it. */
  addNew(sales: readonly Sale[]): Promise<readonly Sale[]>;
  /** Locks the given sales that are not booked yet, in id order. */
  lockUnbooked(saleIds: readonly SaleId[]): Promise<readonly Sale[]>;
  /** Adds locked sales to their products' daily and all-time totals and marks them booked. */
  book(sales: readonly Sale[]): Promise<void>;
  /**
   * Locks and reads the products' rows of the day. It inserts missing rows as 0 first. It must be the transaction's first
   * statement: otherwise an old snapshot of the sales could erase a booking.
   */
  lockDay(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]>;
  /** Sums the booked sales of the day. Products without any are missing from the result. */
  sumDay(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]>;
  /** Overwrites locked rows. */
  saveDay(day: BusinessDay, rows: readonly DayRow[]): Promise<void>;
  /** Stores the day's drift. It replaces earlier drift of the same products. */
  saveDrift(day: BusinessDay, drift: readonly Drift[]): Promise<void>;
  /** Records that the day is closed. A day that was closed before keeps its first time. */
  recordClosedDay(day: BusinessDay, at: EpochMs): Promise<void>;
}
