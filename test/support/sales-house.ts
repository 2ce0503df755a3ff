import { type Choreography, choreograph, type Reactions } from "../../src/application/choreography.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { BoardNotices } from "../../src/application/ports/notices.js";
import type { ProductQueries } from "../../src/application/ports/product-queries.js";
import type { SalesBoard } from "../../src/application/ports/sales-board.js";
import type { SalesQueries } from "../../src/application/ports/sales-queries.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { BookSales } from "../../src/application/sales/book-sales.js";
import { CloseDay } from "../../src/application/sales/close-day.js";
import { ColdBoards } from "../../src/application/sales/cold-boards.js";
import { CompareBoards } from "../../src/application/sales/compare-boards.js";
import { FillBoards } from "../../src/application/sales/fill-boards.js";
import { ListPopularProducts } from "../../src/application/sales/list-popular-products.js";
import { RecordSale } from "../../src/application/sales/record-sale.js";
import type { TimeZone } from "../../src/domain/business-day.js";

/** Who asks for a transaction. */
export type SalesWorker = "record" | "book" | "close";

/** Everything of a house that is not its use cases. */
export type SalesParts = {
  readonly work: (worker: SalesWorker) => UnitOfWork;
  readonly sales: SalesQueries;
  readonly board: SalesBoard;
  readonly products: ProductQueries;
  readonly clock: Clock;
  readonly zone: TimeZone;
  /** Products a page of fills and closings. */
  readonly pageSize: number;
  readonly notices?: BoardNotices;
};

type Book = (right: BookSales, parts: SalesParts) => Pick<BookSales, "execute">;
/** What is swapped for a twin without its guard. */
export type AlteredSales = {
  readonly book?: Book;
  /** Where recording takes its days from. */
  readonly recordsIn?: TimeZone;
};

/** What the outside calls of sales: shops, readers, clocks and the bus. */
export type SalesHouse = {
  readonly recordSale: RecordSale;
  readonly bookSales: BookSales;
  readonly listPopular: ListPopularProducts;
  readonly fillBoards: FillBoards;
  readonly compareBoards: CompareBoards;
  readonly closeDay: CloseDay;
  readonly choreography: Choreography;
};

export const nobodyWatches: BoardNotices = { announce: () => {}, subscribe: () => () => {} };

/** The use cases of sales, as they are wired. */
export const openSalesHouse = (parts: SalesParts, altered: AlteredSales = {}): SalesHouse => {
  const { work, sales, board, products, clock, zone, pageSize, notices = nobodyWatches } = parts;
  const bookSales = new BookSales({ work: work("book"), sales, board }, notices, clock, zone);
  const fillBoards = new FillBoards(sales, board, clock, zone, pageSize);
  const reacting = altered.book?.(bookSales, parts) ?? bookSales;
  return {
    recordSale: new RecordSale(work("record"), clock, altered.recordsIn ?? zone),
    bookSales,
    listPopular: new ListPopularProducts(board, new ColdBoards(sales, clock), products, clock, zone),
    fillBoards,
    compareBoards: new CompareBoards(sales, board, fillBoards, clock, zone, { run: pageSize, page: pageSize }),
    closeDay: new CloseDay({ work: work("close"), sales, board }, bookSales, clock, zone, pageSize),
    choreography: choreograph({ bookSales: reacting } as Partial<Reactions> as Reactions),
  };
};
