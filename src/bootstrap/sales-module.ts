import { BookSales } from "../application/sales/book-sales.js";
import { CloseDay } from "../application/sales/close-day.js";
import { ColdBoards } from "../application/sales/cold-boards.js";
import { CompareBoards } from "../application/sales/compare-boards.js";
import { FillBoards } from "../application/sales/fill-boards.js";
import { ListPopularProducts } from "../application/sales/list-popular-products.js";
import { RecordSale } from "../application/sales/record-sale.js";
import { Tokens as T } from "./tokens.js";
import { gather, make, wiring } from "./wiring.js";

/** Sales, their boards and statistics; the same in every profile. */
export const salesModule = wiring((wire) => {
  wire(T.zone, [T.config], (config) => config.BUSINESS_TIME_ZONE);
  gather(wire, T.salesPorts, { work: T.work, sales: T.sales, board: T.salesBoard });
  wire(T.recordSale, [T.work, T.clock, T.zone], make(RecordSale));
  wire(T.bookSales, [T.salesPorts, T.boardNotices, T.clock, T.zone], make(BookSales));
  wire(T.coldBoards, [T.sales, T.clock], make(ColdBoards));
  wire(T.listPopularProducts, [T.salesBoard, T.coldBoards, T.products, T.clock, T.zone], make(ListPopularProducts));
  wire(T.fillBoards, [T.sales, T.salesBoard, T.clock, T.zone], make(FillBoards));
  wire(T.compareBoards, [T.sales, T.salesBoard, T.fillBoards, T.clock, T.zone], make(CompareBoards));
  wire(T.closeDay, [T.salesPorts, T.bookSales, T.clock, T.zone], make(CloseDay));
});
