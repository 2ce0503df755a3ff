import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlSalesQueries } from "../../../src/adapters/sql/sql-sales-queries.js";
import type { SalesQueries } from "../../../src/application/ports/sales-queries.js";
import { type BusinessDay, plusDays } from "../../../src/domain/business-day.js";
import type { WindowBoard } from "../../../src/domain/sales-window.js";
import type { Twin } from "../../support/contract-on-databases.js";

import { stamp } from "./sold-units.js";

/** The queries as they are, but for what is wrong. */
const but = (wrong: (right: SqlSalesQueries, db: Database) => Partial<SalesQueries>) => (db: Database) =>
  Object.assign(new SqlSalesQueries(db), wrong(new SqlSalesQueries(db), db));
const dayLater = (board: WindowBoard): WindowBoard =>
  board.window === "all" ? board : { ...board, lastDay: plusDays(board.lastDay, 1) };

/** Known-wrong twins, each held against the clause that it breaks. */
export const twins: readonly Twin<SalesQueries>[] = [
  {
    wrong: "leaves out the board of all time",
    breaks: "tell what products sold within each board's days",
    make: but((right) => ({
      totals: async (boards, of) =>
        (await right.totals(boards, of)).map((each) => (each.board.window === "all" ? { ...each, totals: [] } : each)),
    })),
  },
  {
    wrong: "sums by another day",
    breaks: "tell what products sold within each board's days",
    make: but((right) => ({
      totals: async (boards, of) =>
        (await right.totals(boards.map(dayLater), of)).map(({ totals }, n) => ({
          board: boards[n] as WindowBoard,
          totals,
        })),
    })),
  },
  {
    wrong: "asks once a board",
    breaks: "tell it of all boards in one query",
    make: but((right) => ({
      totals: async (boards, of) => (await Promise.all(boards.map((board) => right.totals([board], of)))).flat(),
    })),
  },
  {
    wrong: "walks the rows of a day and not its sales",
    breaks: "walk those of a day, whether the sales or the rows are missing",
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
    wrong: "puts the smaller id first where quantities are equal",
    breaks: "rank a board as boards do",
    make: but((right) => ({
      rank: async (board, limit, others) => {
        const all = [...(await right.rank(board, 1_000_000, []))];
        all.sort((a, b) => b.quantity - a.quantity || (a.productId < b.productId ? -1 : 1));
        return all
          .map((each, index) => ({ ...each, rank: index + 1 }))
          .filter(({ productId, rank }) => rank <= limit || others.includes(productId));
      },
    })),
  },
  {
    wrong: "ranks by pairs, each product against all others",
    breaks: "rank many products in time",
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
    wrong: "tells of what is booked as well",
    breaks: "tell what is not booked, by id",
    make: but((_, db) => ({ unbooked: (limit) => db.knex("sales").orderBy("sale_id").limit(limit).pluck("sale_id") })),
  },
  {
    wrong: "walks along the stamps",
    breaks: "find the next day that is over and has no stamp",
    make: but((_, db) => ({
      nextUnstampedDay: async (after, before) => {
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
    wrong: "reads every row for the days there are",
    breaks: "look at no other day and at no other product",
    make: but((_, db) => ({
      nextUnstampedDay: async (after, before) => {
        const stamped = await db.knex("closed_days").pluck("business_day");
        const days: BusinessDay[] = await db
          .knex("product_sales_daily")
          .distinct("business_day")
          .whereNotNull("revenue")
          .pluck("business_day");
        return days.sort().find((each) => each > (after ?? "") && each < before && !stamped.includes(each)) ?? null;
      },
    })),
  },
  {
    wrong: "lists days that are not closed",
    breaks: "list the rows of closed days by day and product, each once, whatever is closed meanwhile",
    make: but((right, db) => ({
      days: async (from, to, ...rest) => {
        const open = await db.knex("product_sales_daily").distinct("business_day").pluck("business_day");
        await stamp(db, ...open);
        return right.days(from, to, ...rest);
      },
    })),
  },
  {
    wrong: "takes a board that was not kept for an empty one",
    breaks: "list what drifted by day and product, on the days asked for, each once",
    make: but((right) => ({
      drifts: async (...asked) => {
        const page = await right.drifts(...asked);
        return page && { ...page, items: page.items.map((item) => ({ ...item, board: Number(item.board) })) };
      },
    })),
  },
];
