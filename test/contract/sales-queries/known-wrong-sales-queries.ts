import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlSalesQueries } from "../../../src/adapters/sql/sql-sales-queries.js";
import type { SalesQueries } from "../../../src/application/ports/sales-queries.js";
import { type BusinessDay, plusDays } from "../../../src/domain/business-day.js";
import type { WindowBoard } from "../../../src/domain/sales-window.js";
import type { KnownWrong } from "../../support/contract-on-databases.js";

import { recordClosed } from "./sold-units.js";

/** The correct queries with some methods replaced. */
const but = (wrong: (correct: SqlSalesQueries, db: Database) => Partial<SalesQueries>) => (db: Database) =>
  Object.assign(new SqlSalesQueries(db), wrong(new SqlSalesQueries(db), db));
const dayLater = (board: WindowBoard): WindowBoard =>
  board.window === "all" ? board : { ...board, lastDay: plusDays(board.lastDay, 1) };

/** Known-wrong implementations, each with the clause that rejects it. */
export const knownWrong: readonly KnownWrong<SalesQueries>[] = [
  {
    wrong: "leaves out the board of all time",
    breaks: "returns the units sold within each board's days",
    make: but((correct) => ({
      totals: async (boards, of) =>
        (await correct.totals(boards, of)).map((each) =>
          each.board.window === "all" ? { ...each, totals: [] } : each,
        ),
    })),
  },
  {
    wrong: "sums by another day",
    breaks: "returns the units sold within each board's days",
    make: but((correct) => ({
      totals: async (boards, of) =>
        (await correct.totals(boards.map(dayLater), of)).map(({ totals }, n) => ({
          board: boards[n] as WindowBoard,
          totals,
        })),
    })),
  },
  {
    wrong: "sends one query per board",
    breaks: "reads the totals of all boards in one query",
    make: but((correct) => ({
      totals: async (boards, of) => (await Promise.all(boards.map((board) => correct.totals([board], of)))).flat(),
    })),
  },
  {
    wrong: "pages through the rows of a day only",
    breaks: "pages through the products of a day, also if a row or its sales are missing",
    make: but((_, db) => ({
      soldOn: (on, last, limit) =>
        db
          .knex("product_sales_daily")
          .where("business_day", on)
          .andWhere("product_id", ">", last ?? "")
          .orderBy("product_id")
          .limit(limit)
          .pluck("product_id"),
    })),
  },
  {
    wrong: "ranks the smaller id first",
    breaks: "ranks products as boards do",
    make: but((correct) => ({
      rank: async (board, limit, others) => {
        const all = [...(await correct.rank(board, 1_000_000, []))];
        all.sort((a, b) => b.quantity - a.quantity || (a.productId < b.productId ? -1 : 1));
        return all
          .map((each, index) => ({ ...each, rank: index + 1 }))
          .filter(({ productId, rank }) => rank <= limit || others.includes(productId));
      },
    })),
  },
  {
    wrong: "compares each product with all others",
    breaks: "ranks many products in time",
    make: but((_, db) => ({
      rank: async (_board, limit) => {
        const better = "(SELECT COUNT(*) FROM product_sales_total b WHERE b.quantity > a.quantity)";
        const query = db
          .knex({ a: "product_sales_total" })
          .select(db.knex.raw(`${better} AS place`))
          .orderBy("place")
          .limit(limit);
        await query.timeout(1500, { cancel: true });
        return [];
      },
    })),
    only: "mysql",
  },
  {
    wrong: "returns booked sales too",
    breaks: "returns unbooked sales in id order",
    make: but((_, db) => ({ unbooked: (limit) => db.knex("sales").orderBy("sale_id").limit(limit).pluck("sale_id") })),
  },
  {
    wrong: "continues after the last closed day",
    breaks: "finds the next day that is over and not closed",
    make: but((_, db) => ({
      nextOpenDay: async (after, before) => {
        const last = await db.knex("closed_days").max({ day: "business_day" }).first();
        const rows = db
          .knex("product_sales_daily")
          .where("business_day", ">", last?.day ?? after ?? "")
          .andWhere("business_day", "<", before);
        return (await rows.min({ day: "business_day" }).first())?.day ?? null;
      },
    })),
  },
  {
    wrong: "reads every row to find the days",
    breaks: "reads no other days and products",
    make: but((_, db) => ({
      nextOpenDay: async (after, before) => {
        const closed = await db.knex("closed_days").pluck("business_day");
        const days: BusinessDay[] = await db
          .knex("product_sales_daily")
          .distinct("business_day")
          .whereNotNull("revenue")
          .pluck("business_day");
        return days.sort().find((each) => each > (after ?? "") && each < before && !closed.includes(each)) ?? null;
      },
    })),
  },
  {
    wrong: "lists revenue as a double",
    breaks: "lists a revenue above 2⁵³ with all digits",
    make: but((correct) => ({
      days: async (...query) => {
        const page = await correct.days(...query);
        const items = page?.items.map((row) => ({ ...row, revenue: BigInt(Number(row.revenue)) })) ?? [];
        return page && { ...page, items };
      },
    })),
  },
  {
    wrong: "lists days that are not closed",
    breaks: "lists the rows of closed days by day and product, each once, also if rows are added in between",
    make: but((correct, db) => ({
      days: async (from, to, ...rest) => {
        const open = await db.knex("product_sales_daily").distinct("business_day").pluck("business_day");
        await recordClosed(db, ...open);
        return correct.days(from, to, ...rest);
      },
    })),
  },
  {
    wrong: "returns 0 for a board that was not kept",
    breaks: "lists the drift of the requested days by day and product, each once",
    make: but((correct) => ({
      drifts: async (...asked) => {
        const page = await correct.drifts(...asked);
        return page && { ...page, items: page.items.map((item) => ({ ...item, board: Number(item.board) })) };
      },
    })),
  },
];
