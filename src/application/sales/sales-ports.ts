import type { SalesBoard } from "../ports/sales-board.js";
import type { SalesQueries } from "../ports/sales-queries.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** The ports through which sales are counted and ranked. */
export type SalesPorts = {
  readonly work: UnitOfWork;
  readonly sales: SalesQueries;
  readonly board: SalesBoard;
};
