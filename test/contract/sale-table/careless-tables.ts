import { SqlSaleTable } from "../../../src/adapters/sql/sql-sale-table.js";
import type { Statements } from "../../../src/adapters/sql/transaction.js";
import type { SaleTable } from "../../../src/application/ports/sale-table.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { BusinessDay } from "../../../src/domain/business-day.js";
import type { ProductId, SaleId } from "../../../src/domain/ids.js";
import type { DayRow, Sale } from "../../../src/domain/sale.js";
import type { Twin } from "../../support/contract-on-databases.js";
import { salesIn } from "../../support/sales-data.js";
import { type Meet, workWith } from "../../support/table-work.js";

import { row, today } from "./clauses.js";

type Wrong = (right: SqlSaleTable, meet: Meet, trx: Statements) => Partial<SaleTable>;
/** The table as it is, but for what is wrong. */
const but = (wrong: Wrong, together?: number) =>
  workWith((trx, meet) => {
    const right = new SqlSaleTable(trx);
    return { sales: Object.assign(new SqlSaleTable(trx), wrong(right, meet, trx)) };
  }, together);

/** Everything of a sale but whether it is booked. */
const whole = (trx: Statements, saleIds: readonly SaleId[]): Promise<readonly Sale[]> =>
  salesIn({ knex: trx }).then((all) => all.filter((each) => saleIds.includes(each.saleId)));
/** Takes the sales' marks off, so that the right table books them again. */
const unmark = (trx: Statements, given: readonly Sale[]) =>
  trx("sales")
    .whereIn(
      "sale_id",
      given.map((each) => each.saleId),
    )
    .update({ unbooked: 1 });

/** Known-wrong twins, each held against the clause that it breaks. */
export const twins: readonly Twin<UnitOfWork>[] = [
  {
    // Negative control: D2
    wrong: "books without a mark",
    breaks: "book each sale once: on its own day, at its own price, and for all time",
    make: but((right, _, trx) => ({
      lockUnbooked: (saleIds) => whole(trx, saleIds),
      book: async (given) => {
        await unmark(trx, given);
        await right.book(given);
      },
    })),
  },
  {
    wrong: "books whatever it is given",
    breaks: "book no sale that is booked, and leave nothing of a batch that has one",
    make: but((right, _, trx) => ({
      book: async (given) => {
        await unmark(trx, given);
        await right.book(given);
      },
    })),
  },
  {
    wrong: "looks for what is not booked without locking it",
    breaks: "count a sale once, though ten book it at once, in batches that overlap",
    make: but((right, meet, trx) => ({
      lockUnbooked: async (saleIds) => {
        const open = new Set(await trx("sales").where("unbooked", 1).pluck("sale_id"));
        await meet();
        return (await whole(trx, saleIds)).filter((each) => open.has(each.saleId));
      },
      book: async (given) => {
        await unmark(trx, given);
        await right.book(given);
      },
    })),
    only: "mysql",
  },
  {
    wrong: "tells everyone who looked before that a sale is new",
    breaks: "tell one of ten who add a sale at once that it is new",
    make: but(
      (right, meet) => ({
        addNew: async (given) => {
          const known = await right.known(given.map((each) => each.saleId));
          await meet();
          const fresh = given.filter((each) => !known.has(each.saleId));
          await right.add(fresh);
          return fresh;
        },
      }),
      10,
    ),
    only: "mysql",
  },
  {
    wrong: "books for the days only",
    breaks: "book 1,200 of 600 products at once, and sums that outgrow 32 bits",
    make: but((right, _, trx) => ({
      book: async (given) => {
        await right.book(given);
        await trx("product_sales_total").delete();
      },
    })),
  },
  {
    wrong: "books on the day on which it books",
    breaks: "book each sale once: on its own day, at its own price, and for all time",
    make: but((right) => ({
      book: (given) => right.book(given.map((each) => ({ ...each, businessDay: today }))),
    })),
  },
  {
    wrong: "sums by one price a product",
    breaks: "sum the booked sales of the day, by the price of each",
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
    wrong: "sums what is not booked as well",
    breaks: "sum the booked sales of the day, by the price of each",
    make: but((right, _, trx) => ({
      sumDay: async (on, of) => {
        await trx("sales").update({ unbooked: null });
        return right.sumDay(on, of);
      },
    })),
  },
  {
    wrong: "sums before it locks",
    breaks: "wait with the sum for a booking that is under way",
    make: (db) => {
      let isFirst = true;
      return but((right, meet) => {
        let sums: readonly DayRow[] = [];
        return {
          book: async (given) => {
            await right.book(given);
            // The first is booked before the two that meet.
            if (!isFirst) await meet();
            isFirst = false;
          },
          lockDay: async (on, of) => {
            sums = await right.sumDay(on, of);
            await meet();
            return right.lockDay(on, of);
          },
          sumDay: async () => sums,
        };
      })(db);
    },
    only: "mysql",
  },
  {
    wrong: "leaves missing rows out",
    breaks: "read a day's rows, and make those that are missing",
    make: but((_, __, trx) => ({
      lockDay: async (on: BusinessDay, of: readonly ProductId[]) =>
        (await trx("product_sales_daily").where("business_day", on).whereIn("product_id", of)).map((each) =>
          row(each.product_id, Number(each.quantity), Number(each.revenue)),
        ),
    })),
  },
  {
    wrong: "forgets what drifted when it runs again",
    breaks: "stamp a day once, and keep what drifted",
    make: but((right, _, trx) => ({
      saveDrift: async (on, drift) => {
        await trx("day_drifts").where("business_day", on).delete();
        await right.saveDrift(on, drift);
      },
    })),
  },
];
