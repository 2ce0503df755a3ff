import type { SaleTable } from "../../src/application/ports/sale-table.js";
import type { SalesBoard } from "../../src/application/ports/sales-board.js";
import type { SalesQueries } from "../../src/application/ports/sales-queries.js";
import type { Transaction } from "../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { BookSales } from "../../src/application/sales/book-sales.js";
import { useCases } from "../../src/bootstrap/use-cases.js";
import { type BusinessDay, businessDayAt, type TimeZone } from "../../src/domain/business-day.js";
import type { EventOf } from "../../src/domain/event.js";
import type { DayRow, Sale } from "../../src/domain/sale.js";
import { boardOf, raisedBoards } from "../../src/domain/sales-window.js";
import { type BoardsUnderTest, openMemoryBoards } from "../contract/sales-board/boards-under-test.js";
import { carelessBoard } from "../contract/sales-board/careless-boards.js";
import { type UseCaseName, withClass } from "../support/application.js";
import type { SalesTwins } from "./sales-in-turns.js";

/** The same object, but for some of its methods. */
const but = <Port extends object>(port: Port, methods: Partial<Port>): Port =>
  Object.assign(Object.create(port), methods);

/** Transactions in which one worker's sales are not as they should be. */
const inTransactionsOf =
  (useCase: UseCaseName, wrong: (right: SaleTable, tx: Transaction) => Partial<SaleTable>) =>
  (right: UnitOfWork, asking: UseCaseName): UnitOfWork =>
    asking === useCase
      ? { run: (work) => right.run((tx) => work({ ...tx, sales: but(tx.sales, wrong(tx.sales, tx)) })) }
      : right;

/** Books what it has booked before once more: nothing marks a sale as done. */
const withoutMark = () => {
  const booked = new Map<string, Sale>();
  return inTransactionsOf("bookSales", (right) => ({
    lockUnbooked: async (saleIds) => {
      const fresh = await right.lockUnbooked(saleIds);
      const again = saleIds.flatMap((id) => booked.get(id) ?? []);
      for (const sale of fresh) booked.set(sale.saleId, sale);
      return [...fresh, ...again.filter(({ saleId }) => !fresh.some((sale) => sale.saleId === saleId))];
    },
    book: async (sales) => {
      const fresh = await right.lockUnbooked(sales.map(({ saleId }) => saleId));
      await right.book(fresh);
      for (const { saleId, productId, businessDay, quantity, unitPrice } of sales) {
        if (fresh.some((sale) => sale.saleId === saleId)) continue;
        const [row] = await right.lockDay(businessDay, [productId]);
        const [units, revenue] = [row?.quantity ?? 0, row?.revenue ?? 0];
        await right.saveDay(businessDay, [
          { productId, quantity: units + quantity, revenue: revenue + quantity * unitPrice },
        ]);
      }
    },
  }));
};

/** Reads the totals for the boards before it books. */
class ReadsFirst extends BookSales {
  private readonly needs: ConstructorParameters<typeof BookSales>;

  constructor(...needs: ConstructorParameters<typeof BookSales>) {
    super(...needs);
    this.needs = needs;
  }

  override async execute(events: readonly EventOf<"product.sold">[]): Promise<void> {
    const [ports, notices, clock, zone] = this.needs;
    const days = new Set(events.map(({ data }) => data.businessDay));
    const boards = raisedBoards(days, clock.now(), zone);
    const products = [...new Set(events.map(({ data }) => data.productId))];
    const early = await ports.sales.totals(boards, products);
    const sales = but(ports.sales, { totals: async () => early });
    await new BookSales({ ...ports, sales }, notices, clock, zone).execute(events);
  }
}

/** Raises no board of tomorrow. */
class RaisesNotTomorrow extends BookSales {
  constructor(...[ports, notices, clock, zone]: ConstructorParameters<typeof BookSales>) {
    const raise: SalesBoard["raise"] = async (on, totals) => {
      if (on.lastDay === null || on.lastDay <= businessDayAt(clock.now(), zone)) await ports.board.raise(on, totals);
    };
    super({ ...ports, board: but(ports.board, { raise }) }, notices, clock, zone);
  }
}

/** Ends a transaction that was begun only to read. */
class ReadOnly extends Error {}

/** Sums in one transaction, and locks and saves in the next, as one does whose first statement is the sum. */
const sumsFirst = (right: UnitOfWork, useCase: UseCaseName): UnitOfWork =>
  useCase !== "closeDay"
    ? right
    : {
        run: async (work) => {
          let sums: readonly DayRow[] | undefined;
          const first = right.run(async (tx) => {
            const sumDay: SaleTable["sumDay"] = async (day, ids) => {
              sums = await tx.sales.sumDay(day, ids);
              return sums;
            };
            await work({ ...tx, sales: but(tx.sales, { sumDay }) });
            throw new ReadOnly();
          });
          await first.catch((error: unknown) => {
            if (!(error instanceof ReadOnly)) throw error;
          });
          return right.run((tx) => {
            const sumDay: SaleTable["sumDay"] = async (day, ids) => sums ?? tx.sales.sumDay(day, ids);
            return work({ ...tx, sales: but(tx.sales, { sumDay }) });
          });
        },
      };

/** Multiplies a day's units by what the product costs now. */
const byTodaysPrice = inTransactionsOf("closeDay", (right, tx) => ({
  sumDay: async (day, ids) => {
    const prices = new Map((await tx.products.byIds(ids)).map(({ productId, unitPrice }) => [productId, unitPrice]));
    const sums = await right.sumDay(day, ids);
    return sums.map((row) => ({ ...row, revenue: row.quantity * (prices.get(row.productId) ?? 0) }));
  },
}));

/** Fills boards with nothing but their best. */
const topOnly = (right: SalesQueries): SalesQueries =>
  but(right, {
    soldAfter: async (last, limit) => {
      if (last !== null) return [];
      const best = await right.rank(boardOf("all", "2096-01-01" as BusinessDay), 1, []);
      return best.map(({ productId }) => productId).slice(0, limit);
    },
  });

type Control = {
  readonly without: string;
  /** The promise that breaks, by its mark. */
  readonly breaks: RegExp;
  readonly twins?: () => SalesTwins;
  readonly boards?: () => BoardsUnderTest;
};

/** What the house takes care of; without each of them a promise breaks. */
export const controls: readonly Control[] = [
  // Negative control: D1
  { without: "the booked mark", breaks: /^D1 days/, twins: () => ({ work: withoutMark() }) },
  // Negative control: S2
  {
    without: "reading totals after the commit",
    breaks: /^S2/,
    twins: () => ({ table: { bookSales: withClass(useCases.bookSales, ReadsFirst) } }),
  },
  {
    // Negative control: S2
    without: "raising tomorrow's boards before midnight",
    breaks: /^S2/,
    twins: () => ({ table: { bookSales: withClass(useCases.bookSales, RaisesNotTomorrow) } }),
  },
  {
    // Negative control: S2
    without: "raising only what is lower",
    breaks: /^S2/,
    boards: () => carelessBoard("writes whatever total comes"),
  },
  // Negative control: S2
  { without: "the marker last", breaks: /^S2 .* shows/, boards: () => carelessBoard("sets the marker first") },
  // Negative control: D1
  { without: "the lock before the sum", breaks: /^D1 days/, twins: () => ({ work: sumsFirst }) },
  {
    // Negative control: D1
    without: "days of the business time zone",
    breaks: /^D1 ledger: the day/,
    twins: () => ({ recordsIn: "UTC" as TimeZone }),
  },
  // Negative control: D1
  { without: "the price of the sale", breaks: /^D1 days/, twins: () => ({ work: byTodaysPrice }) },
  // Negative control: S2
  { without: "every product on a board", breaks: /^S2/, twins: () => ({ sales: topOnly }) },
];

export const boardsFor = ({ boards }: Control): BoardsUnderTest => boards?.() ?? openMemoryBoards();
