import type { Sale } from "../../domain/sale.js";

/** Sales inside a transaction. */
export interface SaleTable {
  /** Inserts sales that are new; each id counts once for ever. */
  add(sales: readonly Sale[]): Promise<void>;
}
