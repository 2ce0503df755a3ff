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
import { wrongBoard } from "../contract/sales-board/known-wrong-sales-board.js";
import { type UseCaseName, withClass } from "../support/application.js";
import { replaceMethods } from "../support/replace-methods.js";
import type { KnownWrongSales } from "./scheduled-sales.js";

/** Makes the sale table wrong in one use case's transactions. */
const inTransactionsOf =
  (wrongUseCase: UseCaseName, wrong: (correct: SaleTable, tx: Transaction) => Partial<SaleTable>) =>
  (correct: UnitOfWork, useCase: UseCaseName): UnitOfWork =>
    useCase === wrongUseCase
      ? { run: (work) => correct.run((tx) => work({ ...tx, sales: replaceMethods(tx.sales, wrong(tx.sales, tx)) })) }
      : correct;

/** Books sales again that are booked already, as without the mark on booked sales. */
const withoutBookedMark = () => {
  const booked = new Map<string, Sale>();
  return inTransactionsOf("bookSales", (correct) => ({
    lockUnbooked: async (saleIds) => {
      const unbooked = await correct.lockUnbooked(saleIds);
      const again = saleIds.flatMap((id) => booked.get(id) ?? []);
      for (const sale of unbooked) booked.set(sale.saleId, sale);
      return [...unbooked, ...again.filter(({ saleId }) => !unbooked.some((sale) => sale.saleId === saleId))];
    },
    book: async (sales) => {
      const unbooked = await correct.lockUnbooked(sales.map(({ saleId }) => saleId));
      await correct.book(unbooked);
      for (const { saleId, productId, businessDay, quantity, unitPrice } of sales) {
        if (unbooked.some((sale) => sale.saleId === saleId)) continue;
        const [row] = await correct.lockDay(businessDay, [productId]);
        const [units, revenue] = [row?.quantity ?? 0, row?.revenue ?? 0n];
        await correct.saveDay(businessDay, [
          { productId, quantity: units + quantity, revenue: revenue + BigInt(quantity * unitPrice) },
        ]);
      }
    },
  }));
};

/** Reads the totals for the boards before it books. */
class ReadsBeforeBooking extends BookSales {
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
    const oldTotals = await ports.sales.totals(boards, products);
    const sales = replaceMethods(ports.sales, { totals: async () => oldTotals });
    await new BookSales({ ...ports, sales }, notices, clock, zone).execute(events);
  }
}

/** Does not raise tomorrow's boards. */
class SkipsTomorrow extends BookSales {
  constructor(...[ports, notices, clock, zone]: ConstructorParameters<typeof BookSales>) {
    const raise: SalesBoard["raise"] = async (on, totals) => {
      if (on.lastDay === null || on.lastDay <= businessDayAt(clock.now(), zone)) await ports.board.raise(on, totals);
    };
    super({ ...ports, board: replaceMethods(ports.board, { raise }) }, notices, clock, zone);
  }
}

/** Rolls back a transaction that only reads. */
class Rollback extends Error {}

/** Sums a day in one transaction, and locks and saves its rows in the next one. */
const sumsBeforeLocking = (correct: UnitOfWork, useCase: UseCaseName): UnitOfWork =>
  useCase !== "closeDay"
    ? correct
    : {
        run: async (work) => {
          let sums: readonly DayRow[] | undefined;
          const first = correct.run(async (tx) => {
            const sumDay: SaleTable["sumDay"] = async (day, ids) => {
              sums = await tx.sales.sumDay(day, ids);
              return sums;
            };
            await work({ ...tx, sales: replaceMethods(tx.sales, { sumDay }) });
            throw new Rollback();
          });
          await first.catch((error: unknown) => {
            if (!(error instanceof Rollback)) throw error;
          });
          return correct.run((tx) => {
            const sumDay: SaleTable["sumDay"] = async (day, ids) => sums ?? tx.sales.sumDay(day, ids);
            return work({ ...tx, sales: replaceMethods(tx.sales, { sumDay }) });
          });
        },
      };

/** Computes a day's revenue by the product's current price. */
const usesCurrentPrice = inTransactionsOf("closeDay", (correct, tx) => ({
  sumDay: async (day, ids) => {
    const prices = new Map((await tx.products.byIds(ids)).map(({ productId, unitPrice }) => [productId, unitPrice]));
    const sums = await correct.sumDay(day, ids);
    return sums.map((row) => ({ ...row, revenue: BigInt(row.quantity * (prices.get(row.productId) ?? 0)) }));
  },
}));

/** Fills boards with the best product only. */
const fillsTopOnly = (correct: SalesQueries): SalesQueries =>
  replaceMethods(correct, {
    soldAfter: async (last, limit) => {
      if (last !== null) return [];
      const best = await correct.rank(boardOf("all", "2096-01-01" as BusinessDay), 1, []);
      return best.map(({ productId }) => productId).slice(0, limit);
    },
  });

/** A removed guard and the promise that breaks without it. The search for a seed that breaks it starts at `seed`. */
type Control = {
  readonly without: string;
  readonly breaks: RegExp;
  readonly wrong?: () => KnownWrongSales;
  readonly boards?: () => BoardsUnderTest;
  readonly seed?: number;
};

export const controls: readonly Control[] = [
  // Negative control: D1
  { without: "the mark of booked sales", breaks: /^D1 days/, wrong: () => ({ work: withoutBookedMark() }) },
  // Negative control: S2
  {
    without: "reading totals after the commit",
    breaks: /^S2/,
    wrong: () => ({ table: { bookSales: withClass(useCases.bookSales, ReadsBeforeBooking) } }),
    seed: 21,
  },
  {
    // Negative control: S2
    without: "raising tomorrow's boards before midnight",
    breaks: /^S2/,
    wrong: () => ({ table: { bookSales: withClass(useCases.bookSales, SkipsTomorrow) } }),
    seed: 52,
  },
  {
    // Negative control: S2
    without: "raising lower scores only",
    breaks: /^S2/,
    boards: () => wrongBoard("overwrites scores with lower totals"),
  },
  // Negative control: S2
  {
    without: "setting the marker last",
    breaks: /^S2 .* shows/,
    boards: () => wrongBoard("is ready before its fill is finished"),
  },
  // Negative control: D1
  { without: "the lock before the sum", breaks: /^D1 days/, wrong: () => ({ work: sumsBeforeLocking }), seed: 48 },
  {
    // Negative control: D1
    without: "the business time zone",
    breaks: /^D1 ledger: the day/,
    wrong: () => ({ recordsIn: "UTC" as TimeZone }),
  },
  // Negative control: D1
  { without: "the price of the sale", breaks: /^D1 days/, wrong: () => ({ work: usesCurrentPrice }) },
  // Negative control: S2
  { without: "all products on a board", breaks: /^S2/, wrong: () => ({ sales: fillsTopOnly }) },
];

export const boardsFor = ({ boards }: Control): BoardsUnderTest => boards?.() ?? openMemoryBoards();
