import type { OnDuplicate } from "../../../src/adapters/sql/dialect.js";
import { insertRows } from "../../../src/adapters/sql/insert-rows.js";
import { SqlSaleTable } from "../../../src/adapters/sql/sql-sale-table.js";
import type { SaleTable } from "../../../src/application/ports/sale-table.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { BusinessDay } from "../../../src/domain/business-day.js";
import type { ProductId, SaleId } from "../../../src/domain/ids.js";
import type { DayRow, Sale } from "../../../src/domain/sale.js";
import type { KnownWrong } from "../../support/contract-on-databases.js";
import { salesIn } from "../../support/sales-data.js";
import { type BuildableStatements, type Meet, workWith } from "../../support/table-work.js";

import { row, today } from "./clauses.js";

type Wrong = (correct: SqlSaleTable, meet: Meet, trx: BuildableStatements) => Partial<SaleTable>;
/** The correct table with some methods replaced. */
const but = (wrong: Wrong, together?: number) =>
  workWith((trx, meet) => {
    const correct = new SqlSaleTable(trx);
    return { sales: Object.assign(new SqlSaleTable(trx), wrong(correct, meet, trx)) };
  }, together);

/** Reads sales, booked or not. */
const readSales = (trx: BuildableStatements, saleIds: readonly SaleId[]): Promise<readonly Sale[]> =>
  salesIn({ knex: trx }).then((all) => all.filter((each) => saleIds.includes(each.saleId)));
/** Deletes the sales' booked marks, so that the correct table books them again. */
const unmark = (trx: BuildableStatements, given: readonly Sale[]) =>
  trx("sales")
    .whereIn(
      "sale_id",
      given.map((each) => each.saleId),
    )
    .update({ unbooked: 1 });

const columns = ["sale_id", "product_id", "quantity", "unit_price", "occurred_at", "business_day"];
const insert = (trx: BuildableStatements, given: readonly Sale[], onDuplicate?: OnDuplicate) => {
  const rows = given.map((each) => [
    ...[each.saleId, each.productId, each.quantity, each.unitPrice, each.occurredAt, each.businessDay],
  ]);
  return insertRows(trx, "sales", columns, rows, onDuplicate);
};

/** Known-wrong implementations, each with the clause that rejects it. */
export const knownWrong: readonly KnownWrong<UnitOfWork>[] = [
  {
    wrong: "overwrites a known sale",
    breaks: "adds each sale id once, with the values of its first call",
    make: but((_, __, trx) => ({
      add: (given) => insert(trx, given, { unique: "sale_id", overwrite: columns }),
    })),
  },
  {
    wrong: "fails if a sale is known",
    breaks: "adds a batch of 1,200 sales, 700 of which are known",
    make: but((_, __, trx) => ({ add: (given) => insert(trx, given) })),
  },
  {
    wrong: "reads the known ids before it inserts",
    breaks: "adds a sale once in ten concurrent calls",
    make: but((correct, meet, trx) => ({
      add: async (given) => {
        const known = await correct.known(given.map(({ saleId }) => saleId));
        await meet();
        await insert(
          trx,
          given.filter(({ saleId }) => !known.has(saleId)),
        );
      },
    })),
    only: "mysql",
  },
  {
    // Negative control: D2, A6
    wrong: "books without a mark",
    breaks: "books each sale once: on its day, at its price, and for all time",
    make: but((correct, _, trx) => ({
      lockUnbooked: (saleIds) => readSales(trx, saleIds),
      book: async (given) => {
        await unmark(trx, given);
        await correct.book(given);
      },
    })),
  },
  {
    wrong: "books sales that are already booked",
    breaks: "rejects a batch with a booked sale and books nothing of it",
    make: but((correct, _, trx) => ({
      book: async (given) => {
        await unmark(trx, given);
        await correct.book(given);
      },
    })),
  },
  {
    wrong: "reads unbooked sales without locking them",
    breaks: "counts each sale once when ten overlapping batches are booked concurrently",
    make: but((correct, meet, trx) => ({
      lockUnbooked: async (saleIds) => {
        const open = new Set(await trx("sales").where("unbooked", 1).pluck("sale_id"));
        await meet();
        return (await readSales(trx, saleIds)).filter((each) => open.has(each.saleId));
      },
      book: async (given) => {
        await unmark(trx, given);
        await correct.book(given);
      },
    })),
    only: "mysql",
  },
  {
    wrong: "returns a sale as new to every concurrent call",
    breaks: "returns a sale as new to one of ten concurrent calls",
    make: but(
      (correct, meet) => ({
        addNew: async (given) => {
          const known = await correct.known(given.map((each) => each.saleId));
          await meet();
          const fresh = given.filter((each) => !known.has(each.saleId));
          await correct.add(fresh);
          return fresh;
        },
      }),
      10,
    ),
    only: "mysql",
  },
  {
    wrong: "does not book all-time totals",
    breaks: "books 1,200 sales of 600 products in one call, with sums above 32 bits",
    make: but((correct, _, trx) => ({
      book: async (given) => {
        await correct.book(given);
        await trx("product_sales_total").delete();
      },
    })),
  },
  {
    wrong: "books sales on the current day",
    breaks: "books each sale once: on its day, at its price, and for all time",
    make: but((correct) => ({
      book: (given) => correct.book(given.map((each) => ({ ...each, businessDay: today }))),
    })),
  },
  {
    wrong: "sums with one price per product",
    breaks: "sums the booked sales of a day, each at its price",
    make: but((_, __, trx) => ({
      sumDay: async (on: BusinessDay, of: readonly ProductId[]) =>
        (
          await trx("sales")
            .where("business_day", on)
            .whereIn("product_id", of)
            .whereNull("unbooked")
            .groupBy("product_id")
            .sum({ units: "quantity" })
            .max({ price: "unit_price" })
            .select<{ product_id: ProductId; units: unknown; price: unknown }[]>("product_id")
        ).map((each) => row(each.product_id, Number(each.units), Number(each.units) * Number(each.price))),
    })),
  },
  {
    wrong: "sums unbooked sales too",
    breaks: "sums the booked sales of a day, each at its price",
    make: but((correct, _, trx) => ({
      sumDay: async (on, of) => {
        await trx("sales").update({ unbooked: null });
        return correct.sumDay(on, of);
      },
    })),
  },
  {
    wrong: "sums before it locks",
    breaks: "sums a day only after a booking in progress",
    make: (db) => {
      let isFirst = true;
      return but((correct, meet) => {
        let sums: readonly DayRow[] = [];
        return {
          book: async (given) => {
            await correct.book(given);
            // The first booking runs alone. Only the second one waits for the close.
            if (!isFirst) await meet();
            isFirst = false;
          },
          lockDay: async (on, of) => {
            sums = await correct.sumDay(on, of);
            await meet();
            return correct.lockDay(on, of);
          },
          sumDay: async () => sums,
        };
      })(db);
    },
    only: "mysql",
  },
  {
    wrong: "sums revenue as a double",
    breaks: "keeps a revenue above 2⁵³ exact",
    make: but((correct) => ({
      sumDay: async (on, of) =>
        (await correct.sumDay(on, of)).map((each) => ({ ...each, revenue: BigInt(Number(each.revenue)) })),
    })),
  },
  {
    wrong: "does not insert missing rows",
    breaks: "reads the rows of a day and inserts missing ones",
    make: but((_, __, trx) => ({
      lockDay: async (on: BusinessDay, of: readonly ProductId[]) =>
        (await trx("product_sales_daily").where("business_day", on).whereIn("product_id", of)).map((each) =>
          row(each.product_id, Number(each.quantity), Number(each.revenue)),
        ),
    })),
  },
  {
    wrong: "deletes the drift of an earlier run",
    breaks: "records a closed day once and stores its drift",
    make: but((correct, _, trx) => ({
      saveDrift: async (on, drift) => {
        await trx("day_drifts").where("business_day", on).delete();
        await correct.saveDrift(on, drift);
      },
    })),
  },
];
